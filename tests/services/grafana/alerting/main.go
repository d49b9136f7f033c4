// alerting reads Grafana's alert provisioning as JSON and ends with 1 if Grafana's own model of it does not hold.
package main

import (
	"encoding/json"
	"log"
	"os"

	"github.com/go-openapi/strfmt"
	"github.com/grafana/grafana-openapi-client-go/models"
)

func main() {
	log.SetFlags(0)
	decoder := json.NewDecoder(os.Stdin)
	decoder.DisallowUnknownFields()
	var file models.AlertingFileExport
	if err := decoder.Decode(&file); err != nil {
		log.Fatal(err)
	}
	if err := file.Validate(strfmt.Default); err != nil {
		log.Fatal(err)
	}
}
