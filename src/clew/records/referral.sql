-- Referrals that were handed to the actor's unit, known or also to be read: two officers of the other unit agreed to it, and
-- of what is under examination nothing is shown.
create or replace function clew_referrals_shown(is_read boolean) returns setof uuid
language sql stable security definer
set search_path = pg_catalog, public, pg_temp
as $$
    select r.id from referrals r join correspondences x on x.subject_id = r.id and x.subject_kind = 'referral'
     where x.to_member = clew_actor_member() and clew_actor_unit() = any (x.to_units)
       and r.to_member = clew_actor_member() and x.member = r.member and x.unit = r.unit
       and r.state = any (case when is_read then '{handed-over,accepted}'::text[]
                               else '{handed-over,accepted,declined,handed-back}' end)
       and (not is_read or not exists (select from blocks b where b.lifted_at is null and b.subject_id = r.series_id))
$$;
