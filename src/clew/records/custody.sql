-- Releases: what the recipient of an original is bound by now, of a medium that it may not see itself.

-- Whether its member is excluded from the medium since, or the medium is under examination; and what it is kept for, null
-- where nobody said. Nothing of a release that is not in force, or is to another member.
create or replace function clew_release_bears(release uuid) returns table (is_denied boolean, purposes text[])
language sql stable security definer
set search_path = pg_catalog, public, pg_temp
as $$
    select r.recipient = any (m.excluded) or '{blocked}' = any (m.excluded), c.purposes
      from releases r join media m on m.id = r.medium_id left join covers c on c.id = m.cover_id
     where r.id = $1 and r.state = 'in-force' and r.recipient = clew_actor_member()
$$;
