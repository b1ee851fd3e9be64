-- Who may be told of a match with a record, or read its fingerprints: the rule to be obeyed. Its twin to be read is
-- domain/handling.may_be_told(). As visibility.sql, but that of {viewer_uses}, which are several bits, none may be missing.
-- A nearer circle never lacks what a wider one has; so one circle has them all or the viewer has not: but for the other
-- units of an owner that is itself among the members named, which stand in two that need not have the same.
{viewer_member} <> all ({prefix}excluded)
and (
    {prefix}audience & {viewer_uses} = {viewer_uses}
    or ({viewer_member} = {prefix}owner_member
        and ({viewer_unit} = {prefix}owner_unit
             or ({prefix}audience >> 10 | case when {viewer_member} = any ({prefix}members) then {prefix}audience >> 5 else 0 end)
                & {viewer_uses} = {viewer_uses}))
    or ({prefix}audience >> 5 & {viewer_uses} = {viewer_uses} and {viewer_member} = any ({prefix}members))
)
