"""Wrong passwords are counted by whose they are, whatever else a stranger says."""

from django.test import RequestFactory

from clew.web.account import Adapter


def test_the_count_of_wrong_passwords_cannot_be_begun_anew_by_another_host() -> None:
    """allauth counts by host and name, and a browser may say any port of an allowed host."""
    keys = {
        Adapter()._get_login_attempts_cache_key(RequestFactory().post("/", HTTP_HOST=host), username=name)
        for host in ("localhost", "localhost:1001", "127.0.0.1:8000")
        for name in ("ada", " Ada ", "ADA")
    }
    assert keys == {"ada"}
