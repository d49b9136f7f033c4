"""Image builds use the package index settings of the machine that runs them."""

from tests.cluster.node.package_settings import pip_conf, pip_settings, uv_toml

LISTING = """:env:.index-url='https://environment.example/simple'
global.index-url='https://file.example/simple'
global.find-links='/no/such/folder'
global.timeout='60'
"""


def test_the_environment_wins_over_the_file() -> None:
    assert pip_settings(LISTING)["index-url"] == "https://environment.example/simple"


def test_a_path_that_does_not_exist_is_left_out() -> None:
    assert "find-links" not in pip_settings(LISTING)


def test_pip_reads_the_settings_from_a_file() -> None:
    assert pip_conf({"timeout": "60"}) == "[global]\ntimeout = 60\n"


def test_uv_gets_the_same_indexes() -> None:
    settings = {"index-url": "https://a.example", "extra-index-url": "https://b.example\nhttps://c.example"}
    assert uv_toml(settings).splitlines() == [
        "native-tls = true",
        'index-url = "https://a.example"',
        'extra-index-url = ["https://b.example", "https://c.example"]',
    ]
