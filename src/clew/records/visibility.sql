-- Who may see a record: the rule to be obeyed. Its twin to be read is domain/handling.may_see().
-- Pasted into each policy; {viewer_member} and {viewer_unit} are uncorrelated sub-selects,
-- {prefix} is put before the names of the cover's columns.
-- Without a viewer nothing is visible: `null = any ('{}')` would be false, not unknown, so it is asked first.
{viewer_member} is not null
and {viewer_member} <> all ({prefix}excluded)
and (
    {prefix}audience = 4
    or ({viewer_member} = {prefix}owner_member and ({prefix}audience <> 1 or {viewer_unit} = {prefix}owner_unit))
    or ({prefix}audience = 3 and {viewer_member} = any ({prefix}members))
)
