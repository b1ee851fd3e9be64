-- Objects that are shown to units that were asked about them: by nothing else does anybody read a crop of another unit.

-- What opens a crop that two officers let out, to a unit that was asked a question with it, as long as that is open. Who is
-- excluded from the medium is not shown a piece of it, and of what is under examination nothing is shown. `purposes` are what
-- the medium is kept for, null where nobody said.
create or replace function clew_object_shown(crop uuid) returns table (
    crop_id uuid, member text, case_id uuid, name bytea, blob bytea, wrapped bytea, purposes text[])
language sql stable security definer
set search_path = pg_catalog, public, pg_temp
as $$
    select c.id, c.member, c.case_id, c.name, c.blob, c.wrapped, k.purposes
      from crops c join media m on m.id = c.medium_id left join covers k on k.id = m.cover_id
     where c.id = $1 and c.state = 'in-force' and c.wrapped is not null
       and '{blocked}' <> all (m.excluded) and clew_actor_member() <> all (m.excluded)
       and not exists (select from blocks b where b.lifted_at is null and b.subject_id = c.case_id)
       and (exists (
           select from referrals r where c.id = any (r.crop_ids) and r.member = c.member and r.unit = c.unit
              and r.id in (select clew_referrals_shown(true)))
         or exists (
           select from questions q join correspondences x on x.subject_id = q.id and x.subject_kind = 'question'
            where q.crop_id = c.id and q.member = c.member and q.unit = c.unit and q.closed_at is null
              and x.member = q.member and x.unit = q.unit
              and x.closed_at is null and x.to_member = clew_actor_member() and clew_actor_unit() = any (x.to_units)
              and not exists (select from blocks b where b.lifted_at is null and b.subject_id = q.about_id)))
$$;
