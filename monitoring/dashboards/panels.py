"""The building blocks of dashboards: Grafana's panels with the options that all of ours share.

Every selector names the dashboard's namespace, so that one Grafana can show several installations.
"""

from collections.abc import Sequence
from typing import Any

Panel = dict[str, Any]
Json = dict[str, Any]

NS = 'namespace="$namespace"'
DATASOURCE = {"type": "prometheus", "uid": "${datasource}"}
COLUMNS = 24
GREEN, YELLOW, RED, BLUE = "green", "yellow", "red", "blue"

Query = tuple[str, str]
"""An expression and the legend of its series."""


def stat(title: str, words: str, expression: str, unit: str, *colours: tuple[float | None, str]) -> Panel:
    """Show one number; a colour applies from its threshold on, the first one from the start (None)."""
    options = {"colorMode": "background", "reduceOptions": {"calcs": ["lastNotNull"]}, "textMode": "value"}
    panel = _panel(
        title, words, unit, [_target(expression, "", instant=True)], {"type": "stat", "options": options}
    )
    panel["fieldConfig"]["defaults"]["thresholds"] = _thresholds(colours or [(None, BLUE)])
    return panel


def lines(title: str, words: str, unit: str, *queries: Query, span: Json | None = None) -> Panel:
    """Draw series over time; ``span`` sets the axis range, such as ``{"min": 0, "max": 1}``."""
    options = {"legend": {"displayMode": "list", "placement": "bottom"}, "tooltip": {"mode": "multi"}}
    targets = [_target(*query) for query in queries]
    panel = _panel(title, words, unit, targets, {"type": "timeseries", "options": options})
    panel["fieldConfig"]["defaults"] |= {"min": 0, **(span or {})}
    panel["fieldConfig"]["overrides"] = [_dashed("target")]
    return panel


def bars(title: str, words: str, unit: str, *queries: Query, span: Json | None = None) -> Panel:
    """Draw the current values as bars, one per series."""
    options: Json = {"displayMode": "basic", "orientation": "horizontal"}
    options |= {"reduceOptions": {"calcs": ["lastNotNull"]}}
    targets = [_target(*query, instant=True) for query in queries]
    panel = _panel(title, words, unit, targets, {"type": "bargauge", "options": options})
    panel["fieldConfig"]["defaults"] |= {"min": 0, **(span or {})}
    return panel


def matrix(title: str, words: str, expression: str, row: str, column: str) -> Panel:
    """Tabulate two labels against each other, each cell coloured by its value."""
    target = {**_target(expression, "", instant=True), "format": "table"}
    panel = _panel(title, words, "short", [target], {"type": "table", "options": {"showHeader": True}})
    panel["transformations"] = [
        {
            "id": "groupingToMatrix",
            "options": {"columnField": column, "rowField": row, "valueField": "Value", "emptyValue": "zero"},
        }
    ]
    cells = {"type": "color-background", "mode": "gradient"}
    panel["fieldConfig"]["defaults"] |= {
        "color": {"mode": "continuous-BlPu"},
        "custom": {"cellOptions": cells, "align": "center"},
        "decimals": 0,
        "min": 0,
    }
    return panel


def dashboard(
    uid: str, title: str, *rows: tuple[str, int, Sequence[Panel]], more: Sequence[Json] = ()
) -> Json:
    """Lay out rows, each a title, a height and panels of equal width; ``more`` are additional variables."""
    panels: list[Panel] = []
    top = 0
    for name, height, row in rows:
        panels.append(_row(name, top))
        width = COLUMNS // len(row)
        for place, panel in enumerate(row):
            panels.append({**panel, "gridPos": {"x": place * width, "y": top + 1, "w": width, "h": height}})
        top += height + 1
    return {
        "uid": uid,
        "title": title,
        "tags": ["gourmetgram"],
        "editable": False,
        "graphTooltip": 1,
        "refresh": "1m",
        "schemaVersion": 39,
        "time": {"from": "now-24h", "to": "now"},
        "timezone": "browser",
        "links": [_links()],
        "templating": {"list": [_datasource(), _namespace(), *more]},
        "panels": [{**panel, "id": number} for number, panel in enumerate(panels, 1)],
    }


def choice(name: str, label: str, values: Sequence[str], chosen: str) -> Json:
    """Let the reader choose among fixed values."""
    options = [{"text": value, "value": value, "selected": value == chosen} for value in values]
    current = {"text": chosen, "value": chosen}
    return {
        "name": name,
        "label": label,
        "type": "custom",
        "query": ",".join(values),
        "options": options,
        "current": current,
    }


def _panel(title: str, words: str, unit: str, targets: Sequence[Json], kind: Json) -> Panel:
    return {
        **kind,
        "title": title,
        "description": words,
        "datasource": DATASOURCE,
        "targets": [{**target, "refId": chr(ord("A") + place)} for place, target in enumerate(targets)],
        "fieldConfig": {"defaults": {"unit": unit}, "overrides": []},
    }


def _target(expression: str, legend: str, *, instant: bool = False) -> Json:
    return {
        "datasource": DATASOURCE,
        "expr": expression,
        "legendFormat": legend or "__auto",
        "instant": instant,
        "range": not instant,
    }


def _thresholds(colours: Sequence[tuple[float | None, str]]) -> Json:
    return {"mode": "absolute", "steps": [{"value": value, "color": colour} for value, colour in colours]}


def _dashed(series: str) -> Json:
    style = {"fill": "dash", "dash": [10, 10]}
    return {
        "matcher": {"id": "byName", "options": series},
        "properties": [
            {"id": "custom.lineStyle", "value": style},
            {"id": "color", "value": {"mode": "fixed", "fixedColor": RED}},
        ],
    }


def _row(title: str, top: int) -> Panel:
    place = {"x": 0, "y": top, "w": COLUMNS, "h": 1}
    return {"type": "row", "title": title, "collapsed": False, "panels": [], "gridPos": place}


def _links() -> Json:
    return {
        "title": "GourmetGram",
        "type": "dashboards",
        "tags": ["gourmetgram"],
        "asDropdown": False,
        "icon": "external link",
        "includeVars": True,
        "keepTime": True,
        "targetBlank": False,
        "tooltip": "",
        "url": "",
    }


def _datasource() -> Json:
    return {"name": "datasource", "label": "Prometheus", "type": "datasource", "query": "prometheus"}


def _namespace() -> Json:
    return {
        "name": "namespace",
        "label": "Namespace",
        "type": "query",
        "datasource": DATASOURCE,
        "query": {"query": "label_values(gourmetgram_spool_entries, namespace)", "refId": "namespace"},
        "refresh": 2,
        "sort": 1,
    }
