"""Members, their units, and the officers who work there."""

from django.contrib.auth.base_user import AbstractBaseUser, BaseUserManager
from django.contrib.postgres.fields import ArrayField
from django.db import models

from clew.records.models.columns import random_id


class Member(models.Model):
    """A country or body that takes part; owner of what it enters."""

    code = models.TextField(primary_key=True)
    name = models.TextField()
    kind = models.TextField(default="country", db_default="country")
    languages = ArrayField(models.TextField(), default=list, db_default=[])
    contact_point = models.TextField(default="", db_default="")
    legal_basis = models.TextField(default="", db_default="")

    class Meta:
        db_table = "members"
        constraints = (
            models.CheckConstraint(
                name="member_code_is_short_and_plain", condition=models.Q(code__regex="^[A-Z0-9]{2,8}$")
            ),
        )

    def __str__(self) -> str:
        return self.code


class Unit(models.Model):
    """A team within a member."""

    id = random_id()
    member = models.ForeignKey(
        Member, on_delete=models.PROTECT, db_column="member", db_index=False, related_name="units"
    )
    code = models.TextField()
    specialities = ArrayField(models.TextField(), default=list, db_default=[])

    class Meta:
        db_table = "units"
        constraints = (models.UniqueConstraint(name="unit_once_in_a_member", fields=["member", "code"]),)

    def __str__(self) -> str:
        return self.code


class Officer(AbstractBaseUser):
    """A person who works here: signs in, and acts for a unit of a member.

    Row security lets everybody read it, because it is read before anybody has signed in; it
    holds no more than a name, a password's verifier and where the officer belongs. What an
    officer is for stands in the certification.
    """

    id = random_id()
    username = models.TextField(unique=True)
    member = models.TextField()
    unit = models.TextField()
    is_active = models.BooleanField(default=True)
    keys_forgotten_at = models.DateTimeField(null=True)
    """When the node's operator last took password and second factors away."""

    USERNAME_FIELD = "username"
    objects = BaseUserManager["Officer"]()

    class Meta:
        db_table = "officers"

    def __str__(self) -> str:
        return self.username
