-- Who may see a record: the rule to be obeyed. Its twin to be read is domain/handling.may_see().
-- Pasted into each policy; {viewer_member}, {viewer_unit} and {viewer_use} are uncorrelated sub-selects,
-- {prefix} is put before the names of the cover's columns.
-- `audience` holds the uses of three circles, five bits each: all members, named members (<< 5), and the
-- other units of the owner's member (<< 10). The use that is asked for is one bit.
-- Without a viewer all three are null (`viewer.sql`): then no line below is true, and nothing is visible.
{viewer_member} <> all ({prefix}excluded)
and (
    {prefix}audience & {viewer_use} <> 0
    or ({viewer_member} = {prefix}owner_member
        and ({viewer_unit} = {prefix}owner_unit or {prefix}audience & ({viewer_use} << 10) <> 0))
    or ({prefix}audience & ({viewer_use} << 5) <> 0 and {viewer_member} = any ({prefix}members))
)
