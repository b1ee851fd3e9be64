-- The second officer: where a member's administrator asks for two, nothing is widened by one alone, whoever writes the row.

-- Whether the actor's own member asks for two.
create or replace function clew_asks_for_two() returns boolean
language sql stable
set search_path = pg_catalog, public, pg_temp
as $$
    select exists (select from member_rules r where r.member = clew_actor_member() and r.widening_needs_second)
$$;

-- Whether anybody has a use by the later handling that the earlier does not give: the twin of domain/handling.widens.
create or replace function clew_widens(
    owner text, was smallint, was_members text[], was_excluded text[],
    given smallint, given_members text[], given_excluded text[]) returns boolean
language sql immutable
set search_path = pg_catalog, public, pg_temp
as $$
    select (given::integer & 31) & ~(was::integer & 31) <> 0
        or (given::integer >> 10 & 31) & ~(was::integer >> 10 & 31) <> 0
        or exists (
            select from (select unnest(was_members || was_excluded || given_members || given_excluded) as code) m
             where m.code <> owner
               and (case when m.code = any (given_excluded) then 0
                         when m.code = any (given_members) then (given::integer | given::integer >> 5) & 31
                         else given::integer & 31 end)
                 & ~(case when m.code = any (was_excluded) then 0
                          when m.code = any (was_members) then (was::integer | was::integer >> 5) & 31
                          else was::integer & 31 end) <> 0)
$$;

-- Whether a change gives the actor's own subject more than it has now, by its handling or by words. Of the texts of
-- conditions, which are sealed, nothing is said here; of what is not the actor's, null.
create or replace function clew_change_widens(
    subject uuid, given smallint, given_members text[], given_excluded text[], given_cover uuid) returns boolean
language sql stable
set search_path = pg_catalog, public, pg_temp
as $$
    select clew_widens(s.owner_member, s.audience, s.members, s.excluded, given, given_members, given_excluded)
           or given_cover is not null and not exists (
                select from covers was, covers now where was.id = s.cover_id and now.id = given_cover
                   and now.purposes <@ was.purposes and was.conditions <@ (now.conditions || array['H0'])
                   and now.confidentiality >= was.confidentiality and (now.is_minor or not was.is_minor))
      from ({subjects}) s
$$;

-- What is handled as a whole comes under nothing wider than what was last put in force for it for good; where nothing ever
-- was, an exhibit goes by its case, and all else stays as it is.
create or replace function clew_hold_widening() returns trigger
language plpgsql security definer
set search_path = pg_catalog, public, pg_temp
as $$
declare
    lasting record;
begin
    if not clew_widens(new.owner_member, old.audience, old.members, old.excluded, new.audience, new.members, new.excluded)
       or not exists (select from member_rules r where r.member = new.owner_member and r.widening_needs_second) then
        return new;
    end if;
    for lasting in
        select c.given_audience, c.given_members, c.given_excluded from handling_changes c
         where c.subject_id = any (array_remove(array[new.id, (to_jsonb(new) ->> 'case_id')::uuid], null))
           and c.state = 'in-force' and c.until is null and c.given_cover_id is null
         order by c.subject_id = new.id desc, c.proposed_at desc, c.id desc limit 1
    loop
        if not clew_widens(new.owner_member, lasting.given_audience, lasting.given_members, lasting.given_excluded,
                           new.audience, new.members, new.excluded) then
            return new;
        end if;
    end loop;
    raise exception 'two officers widen a handling here' using errcode = 'insufficient_privilege';
end
$$;

-- What is brought into a task force is brought for more, or comes into force, by two.
create or replace function clew_hold_brought() returns trigger
language plpgsql security definer
set search_path = pg_catalog, public, pg_temp
as $$
begin
    if (new.uses & ~old.uses <> 0 or new.state = 'in-force' and old.state <> 'in-force' and new.decided_by is null)
       and exists (select from member_rules r where r.member = new.member and r.widening_needs_second) then
        raise exception 'two officers widen a handling here' using errcode = 'insufficient_privilege';
    end if;
    return new;
end
$$;
