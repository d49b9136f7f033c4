"""User data: its content, and who can read the secret in it."""

import stat

import yaml

from chameleon import inventory, join_token, user_data
from chameleon.settings import Settings


def files(text: str) -> dict[str, str]:
    return {file["path"]: file["content"] for file in yaml.safe_load(text)["write_files"]}


def test_it_names_the_source_and_the_role(settings: Settings) -> None:
    text = user_data.render(settings, inventory.first(settings), "")
    variables = files(text)["/etc/gourmetgram/deployment.env"].splitlines()
    assert "REPOSITORY=https://git.test/gourmetgram.git" in variables
    assert "NODE_ROLE=server" in variables


def test_it_carries_the_scripts_as_they_are(settings: Settings) -> None:
    carried = files(user_data.render(settings, inventory.first(settings), ""))
    assert carried["/usr/local/sbin/gourmetgram-fetch"] == (user_data.VM / "fetch.sh").read_text()


def test_it_is_far_below_what_nova_takes(settings: Settings) -> None:
    assert len(user_data.encoded(settings, inventory.first(settings), "")) < 65535 / 4


def test_every_node_gets_the_same_token(settings: Settings) -> None:
    tokens = {
        line
        for node in (inventory.Node("a-1", "server"), inventory.Node("a-2", "agent"))
        for line in user_data.deployment(settings, node, "10.0.0.1").splitlines()
        if line.startswith("JOIN_TOKEN=")
    }
    assert len(tokens) == 1


def test_the_token_is_for_its_owner_alone(settings: Settings) -> None:
    token = join_token.read_or_make(settings)
    assert len(token) == 64
    assert stat.S_IMODE(join_token.path(settings).stat().st_mode) == 0o600


def test_two_deployments_have_two_tokens(settings: Settings) -> None:
    other = Settings(name="gg-bob", state_folder=settings.state_folder)
    assert join_token.read_or_make(settings) != join_token.read_or_make(other)
