-- Who may see, besides, what its owner brought into a task force: the rule to be obeyed. Its twin to be read is
-- domain/handling.may_see() with `brought`. A policy beside that of visibility.sql, for the tables that a series is made of.
-- Denial wins here too: who is excluded, and whatever is under examination. What was brought is asked of functions
-- (task_force.sql): these tables' own policies read one another, and a policy that reads itself is none.
{viewer_member} <> all ({table}.excluded) and '{blocked}' <> all ({table}.excluded)
and {was_brought}
