-- What is new and to be looked at for leads, of whichever member; nobody but the calendar of a unit is given any of it,
-- and it only what that unit may see.
--
-- Whatever may make a lead (a medium, a place in an exhibit or a series, a match found later, a series marked anew, a
-- handling) leaves a line in `lead_news` in its own transaction. A round takes the lines that wait; every unit looks at
-- it under its own sight, in a transaction of its own; then the round goes.

-- Leave lines of a hundred media: a line each took as long as the media themselves, where thousands come at once.
create or replace function clew_leave_news(media uuid[]) returns void
language sql volatile security definer
set search_path = pg_catalog, public, pg_temp
as $$
    insert into lead_news (media)
    select $1[first : first + 99] from generate_series(1, cardinality($1), 100) first
$$;

create or replace function clew_note_new_media() returns trigger
language plpgsql volatile security definer
set search_path = pg_catalog, public, pg_temp
as $$
begin
    perform clew_leave_news(array(
        select id from new_rows));
    return null;
end
$$;

create or replace function clew_note_changed_media() returns trigger
language plpgsql volatile security definer
set search_path = pg_catalog, public, pg_temp
as $$
begin
    perform clew_leave_news(array(
        select n.id from new_rows n join old_rows o on o.id = n.id
         where (n.audience, n.members, n.excluded, n.camera_serial, n.document_id, n.latitude, n.taken_at)
               is distinct from (o.audience, o.members, o.excluded, o.camera_serial, o.document_id, o.latitude, o.taken_at)));
    return null;
end
$$;

-- A place in an exhibit is new once it is known which medium lies there.
create or replace function clew_note_new_places() returns trigger
language plpgsql volatile security definer
set search_path = pg_catalog, public, pg_temp
as $$
begin
    perform clew_leave_news(array(
        select distinct medium_id from new_rows where medium_id is not null));
    return null;
end
$$;

create or replace function clew_note_changed_places() returns trigger
language plpgsql volatile security definer
set search_path = pg_catalog, public, pg_temp
as $$
begin
    perform clew_leave_news(array(
        select distinct n.medium_id from new_rows n join old_rows o on o.id = n.id
         where n.medium_id is not null
           and (n.medium_id, n.audience, n.members, n.excluded) is distinct from (o.medium_id, o.audience, o.members, o.excluded)));
    return null;
end
$$;

create or replace function clew_note_changed_places_in_series() returns trigger
language plpgsql volatile security definer
set search_path = pg_catalog, public, pg_temp
as $$
begin
    perform clew_leave_news(array(
        select distinct n.medium_id from new_rows n join old_rows o on o.series_id = n.series_id and o.medium_id = n.medium_id
         where (n.audience, n.members, n.excluded) is distinct from (o.audience, o.members, o.excluded)));
    return null;
end
$$;

-- A clue that is told to others, or to fewer.
create or replace function clew_note_changed_clues() returns trigger
language plpgsql volatile security definer
set search_path = pg_catalog, public, pg_temp
as $$
begin
    perform clew_leave_news(array(
        select distinct n.medium_id from new_rows n join old_rows o on o.id = n.id
         where (n.medium_id, n.audience, n.members, n.excluded) is distinct from (o.medium_id, o.audience, o.members, o.excluded)));
    return null;
end
$$;

-- An answer to a question: the medium that was asked about, or one of the series, is enough to look again; best the asker's.
create or replace function clew_note_new_answers() returns trigger
language plpgsql volatile security definer
set search_path = pg_catalog, public, pg_temp
as $$
begin
    perform clew_leave_news(array(
        select distinct m.medium_id from (
            select coalesce(
                       (select c.medium_id from crops c where c.id = q.crop_id),
                       case q.about_kind
                            when 'medium' then q.about_id
                            when 'clue' then (select e.medium_id from clues e where e.id = q.about_id)
                            when 'series' then coalesce(
                                (select s.medium_id from series_media s
                                  where s.series_id = q.about_id and s.owner_member = q.member and s.owner_unit = q.unit limit 1),
                                (select s.medium_id from series_media s where s.series_id = q.about_id limit 1)) end) as medium_id
              from new_rows n join questions q on q.id = n.question_id) m
         where m.medium_id is not null));
    return null;
end
$$;

-- A series that is marked or seen anew: everything in it is looked at again.
create or replace function clew_note_changed_series() returns trigger
language plpgsql volatile security definer
set search_path = pg_catalog, public, pg_temp
as $$
begin
    perform clew_leave_news(array(
        select distinct m.medium_id from new_rows n join old_rows o on o.id = n.id join series_media m on m.series_id = n.id
         where (n.state, n.audience, n.members, n.excluded) is distinct from (o.state, o.audience, o.members, o.excluded)));
    return null;
end
$$;

-- Matches of moving media come later than the media, from a closer look, and so may those of stills; where either of
-- the two came in this very transaction, as most do with what they are near to, a line is left already.
create or replace function clew_note_new_matches() returns trigger
language plpgsql volatile security definer
set search_path = pg_catalog, public, pg_temp
as $$
begin
    perform clew_leave_news(array(
        select distinct case when n.a_owner_member = clew_actor_member() and n.a_owner_unit = clew_actor_unit()
                             then n.a_medium else n.b_medium end
          from new_rows n
         where n.kind <> 1 or not exists (
               select from media m where m.id in (n.a_medium, n.b_medium) and m.taken_in_at >= transaction_timestamp())));
    return null;
end
$$;

-- Own media whose fingerprints were made anew and that match something: looked at once more, as if they had come now. For the
-- calendar of their unit alone.
create or replace function clew_note_renewed(media uuid[]) returns void
language plpgsql volatile security definer
set search_path = pg_catalog, public, pg_temp
as $$
begin
    perform clew_leave_news(array(
        select m.id from unnest($1) given (id) join public.media m on m.id = given.id
         where m.owner_member = clew_actor_member() and m.owner_unit = clew_lead_unit()
           and (exists (select from matches x where x.a_medium = m.id) or exists (select from matches x where x.b_medium = m.id))));
end
$$;

-- A match that is not set aside any more: what was refused because of it is looked for again, on every record of the two.
create or replace function clew_note_verdicts() returns trigger
language plpgsql volatile security definer
set search_path = pg_catalog, public, pg_temp
as $$
begin
    perform clew_leave_news(array(
        select distinct m.id
          from new_rows n join media e on e.id in (n.medium_id, n.other_id) join media m on m.name = e.name
         where n.said = 'same' or n.withdrawn_at is not null));
    return null;
end
$$;

-- A series that is said to be taken at a place, or a place to appear in it: one medium of it is enough to look again.
create or replace function clew_note_changed_links() returns trigger
language plpgsql volatile security definer
set search_path = pg_catalog, public, pg_temp
as $$
begin
    perform clew_leave_news(array(
        select m.medium_id
          from (select distinct case when n.type = 2 then n.a_id else n.b_id end as id from new_rows n
                 where n.state = 2 and (n.type = 2 and n.a_kind = 1 or n.type = 1 and n.a_kind = 5 and n.b_kind = 1)) s
         cross join lateral (select sm.medium_id from series_media sm where sm.series_id = s.id limit 1) m));
    return null;
end
$$;

-- A place that is known more exactly, or elsewhere: the same of each series that it is linked with.
create or replace function clew_note_changed_points() returns trigger
language plpgsql volatile security definer
set search_path = pg_catalog, public, pg_temp
as $$
begin
    perform clew_leave_news(array(
        select m.medium_id
          from (select l.a_id as id from new_rows n join links l on l.b_id = n.place_id and l.type = 2 and l.a_kind = 1 and l.state = 2
                union
                select l.b_id from new_rows n join links l on l.a_id = n.place_id and l.type = 1 and l.b_kind = 1 and l.state = 2) s
         cross join lateral (select sm.medium_id from series_media sm where sm.series_id = s.id limit 1) m));
    return null;
end
$$;

-- The calendar of a unit, or null: whoever else asks is given nothing and changes nothing.
create or replace function clew_lead_unit() returns text
language sql stable security definer
set search_path = pg_catalog, public, pg_temp
as $$ select case when clew_actor_role() = 'calendar' then clew_actor_unit() end $$;

-- Begin a round over what waits, unless every unit has as many before it as may be; whether any round is open. A unit that
-- lags, or fails, so holds up no other. For the node alone.
create or replace function clew_open_lead_round(news_max integer, rounds_max integer) returns boolean
language plpgsql volatile security definer
set search_path = pg_catalog, public, pg_temp
as $$
#variable_conflict use_column
declare
    fresh uuid := gen_random_uuid();
begin
    if clew_actor_role() is distinct from 'operator' then
        return false;
    end if;
    perform pg_advisory_xact_lock({leads_lock});
    delete from lead_news n where n.round is not null and not exists (select from lead_checks c where c.round = n.round);
    if exists (select from (select distinct member, unit from officers) u
                where (select count(*) from lead_checks c where c.member = u.member and c.unit = u.unit) < rounds_max) then
        -- One medium may be in several lines: as such, in its exhibit, in a series, by its matches. Counted is each once,
        -- and read are no more lines than hold as many three times over.
        with waiting as materialized (
            select l.id, l.media, l.place
              from (select n.id, n.media, row_number() over oldest as place, sum(cardinality(n.media)) over oldest as media_so_far
                      from (select id, media, noted_at from lead_news where round is null
                             order by noted_at, id limit 3 * news_max) n
                    window oldest as (order by n.noted_at, n.id)) l
             where l.place = 1 or l.media_so_far <= 3 * news_max
        ), first as (
            select medium, min(w.place) as place from waiting w cross join unnest(w.media) medium group by medium
        ), counted as (
            select w.id, w.place, sum(count(f.medium)) over (order by w.place) as media_so_far
              from waiting w left join first f on f.place = w.place group by w.id, w.place
        )
        update lead_news n set round = fresh from counted c
         where c.id = n.id and (c.place = 1 or c.media_so_far <= news_max);
        if found then
            insert into lead_checks (round, member, unit) select distinct fresh, member, unit from officers;
        end if;
    end if;
    return exists (select from lead_checks);
end
$$;

-- Where what was looked at so far was looked at by earlier rules: the next media that lie in some series are new once
-- more, as many as a round takes, whenever nothing else waits; whether any are left. Of two media that speak for a lead one
-- lies in a series, so all pairs are looked at. Where it has come to is kept with the lines that it leaves. For the node alone.
create or replace function clew_look_again(rules integer, media_max integer) returns boolean
language plpgsql volatile security definer
set search_path = pg_catalog, public, pg_temp
as $$
declare
    kept record;
    chunk uuid[];
begin
    if clew_actor_role() is distinct from 'operator' then
        return false;
    end if;
    perform pg_advisory_xact_lock({leads_lock});
    select r.version, r.next, r.behind into kept from lead_rules r;
    if not found or kept.version >= rules then
        return false;
    end if;
    if exists (select from lead_news n where n.round is null) then
        return true;
    end if;
    -- Rules that changed once more meanwhile begin anew.
    select array_agg(m.medium_id order by m.medium_id) into chunk from (
        select distinct p.medium_id from series_media p
         where kept.next is distinct from rules or kept.behind is null or p.medium_id > kept.behind
         order by p.medium_id limit media_max) m;
    if chunk is null then
        update lead_rules set version = rules, next = null, behind = null;
        return false;
    end if;
    perform clew_leave_news(chunk);
    update lead_rules set next = rules, behind = chunk[cardinality(chunk)];
    return true;
end
$$;

-- Rounds that wait for the actor's unit, the oldest first.
create or replace function clew_lead_rounds() returns setof uuid
language sql stable security definer
set search_path = pg_catalog, public, pg_temp
as $$
    select round from lead_checks where member = clew_actor_member() and unit = clew_lead_unit() order by opened_at, round
$$;

-- The media of a round that the actor's unit may see, with the facts that rules look up. A medium that is not seen is as
-- if it were not there.
create or replace function clew_lead_media_of(round uuid)
returns table (
    id uuid, name bytea, owner_member text, owner_unit text, camera_serial bytea, camera_make bytea, document_id bytea,
    latitude float8, longitude float8, precision_m real, excluded text[])
language sql stable security definer
set search_path = pg_catalog, public, pg_temp
as $$
    select m.id, m.name, m.owner_member, m.owner_unit, m.camera_serial, m.camera_make, m.document_id,
           round(m.latitude::numeric, 4)::float8, round(m.longitude::numeric, 4)::float8, m.gps_precision_m, m.excluded
      from (select distinct unnest(l.media) as medium_id from lead_news l where l.round = $1) n
      join public.media m on m.id = n.medium_id
     where {m_is_visible}
       and exists (select from lead_checks c
                    where c.round = $1 and c.member = clew_actor_member() and c.unit = clew_lead_unit())
$$;

-- The actor's unit has looked at the round.
create or replace function clew_lead_checked(round uuid) returns void
language sql volatile security definer
set search_path = pg_catalog, public, pg_temp
as $$
    delete from lead_checks c where c.round = $1 and c.member = clew_actor_member() and c.unit = clew_lead_unit()
$$;

-- How far the actor's unit has come in the round, where one look did not get through; null at its beginning.
create or replace function clew_lead_mark(round uuid) returns text
language sql stable security definer
set search_path = pg_catalog, public, pg_temp
as $$
    select c.mark from lead_checks c where c.round = $1 and c.member = clew_actor_member() and c.unit = clew_lead_unit()
$$;

-- The actor's unit has come so far in the round, and has still to look at it.
create or replace function clew_keep_lead_mark(round uuid, mark text) returns void
language sql volatile security definer
set search_path = pg_catalog, public, pg_temp
as $$
    update lead_checks c set mark = $2 where c.round = $1 and c.member = clew_actor_member() and c.unit = clew_lead_unit()
$$;

-- The actor's unit's leads in these states, those first whose rank is highest at most (`records/lead_order.py`): all of them, also
-- those of which it may see nothing any more; of these it is given no more than that they were raised.
create or replace function clew_leads_in_order(
    states text[], on_series uuid, at_moment timestamptz, behind_points integer, behind_raised timestamptz, behind_id uuid, many integer
) returns table (id uuid, points integer, raised_at timestamptz)
language sql stable security definer
set search_path = pg_catalog, public, pg_temp
as $$
    select o.id, o.points, o.raised_at
      from (select l.id, {lead_points} as points, l.raised_at
              from leads l join series s on s.id = l.series_id
             where l.member = clew_actor_member() and l.unit = clew_actor_unit() and l.state = any($1)
               and ($2 is null or l.series_id = $2)) o
     where $4 is null or o.points < $4 or o.points = $4 and (o.raised_at < $5 or o.raised_at = $5 and o.id > $6)
     order by o.points desc, o.raised_at desc, o.id limit $7
$$;
