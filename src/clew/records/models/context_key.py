"""The key by which the database knows that a signed actor is true."""

from django.db import models


class ContextKey(models.Model):
    """The two halves of an HMAC key, each 64 bytes; only the blind role reads it.

    SHA-256 is in PostgreSQL's core and HMAC is not, so the key lies here as the two
    blocks with which HMAC begins its inner and its outer hash.
    Source: RFC 2104, section 2.
    """

    id = models.SmallIntegerField(primary_key=True)
    inner_half = models.BinaryField()
    outer_half = models.BinaryField()

    class Meta:
        db_table = "context_keys"
        constraints = (models.CheckConstraint(name="context_key_is_one", condition=models.Q(id=1)),)

    def __str__(self) -> str:
        return "context key"
