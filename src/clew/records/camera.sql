-- Which cameras, and which software, there are among the media of a member, under which handling: a row for each of them and
-- each handling, so that what an officer types is compared with these and never with media. A row is of a camera, by make and
-- model, or of software; what it is not of is empty.
--
-- A row comes with the first medium and goes with the last. Nobody waits for anybody here: what somebody else is busy
-- with is skipped. Then a camera stands there twice, which changes no answer, or stays until the next medium of it goes,
-- and whoever asks counts none.

create or replace function clew_instrument(maker bytea, type bytea, program bytea) returns uuid
language sql immutable parallel safe
set search_path = pg_catalog, pg_temp
as $$ select md5(md5(maker) || md5(type) || case when program = '' then '' else md5(program) end)::uuid $$;

create or replace function clew_keep_camera(
    member text, unit text, uses smallint, named text[], without text[], maker bytea, type bytea, program bytea) returns void
language plpgsql volatile security definer
set search_path = pg_catalog, public, pg_temp
as $$
declare
    found_id constant uuid := clew_instrument(maker, type, program);
begin
    perform from cameras c
      where c.camera = found_id and c.owner_member = member and c.owner_unit = unit and c.audience = uses
        and c.members = named and c.excluded = without
      limit 1 for key share skip locked;
    if not found then
        insert into cameras (camera, make, model, software, owner_member, owner_unit, audience, members, excluded)
        values (found_id, maker, type, program, member, unit, uses, named, without);
    end if;
end
$$;

-- Held first and asked then, each in a statement of its own: a medium that was being written is seen by the second.
create or replace function clew_let_camera_go(
    member text, unit text, uses smallint, named text[], without text[], maker bytea, type bytea, program bytea) returns void
language plpgsql volatile security definer
set search_path = pg_catalog, public, pg_temp
as $$
declare
    held uuid[];
begin
    held := array(
        select c.id from cameras c
         where c.camera = clew_instrument(maker, type, program) and c.owner_member = member and c.owner_unit = unit
           and c.audience = uses and c.members = named and c.excluded = without
           for update skip locked);
    delete from cameras c
     where c.id = any(held)
       and not exists (
           select from media m
            where m.camera_model = type and m.camera_make = maker
              and m.owner_member = member and m.owner_unit = unit and m.audience = uses
              and m.members = named and m.excluded = without)
       and not (maker = '' and exists (
           select from media m
            where m.camera_model = type and m.camera_make is null
              and m.owner_member = member and m.owner_unit = unit and m.audience = uses
              and m.members = named and m.excluded = without))
       and not (type = '' and exists (
           select from media m
            where m.camera_model is null and m.camera_make = maker
              and m.owner_member = member and m.owner_unit = unit and m.audience = uses
              and m.members = named and m.excluded = without))
       and not (program <> '' and exists (
           select from media m
            where m.software = program
              and m.owner_member = member and m.owner_unit = unit and m.audience = uses
              and m.members = named and m.excluded = without));
end
$$;

create or replace function clew_note_new_cameras() returns trigger
language plpgsql volatile security definer
set search_path = pg_catalog, public, pg_temp
as $$
begin
    perform clew_keep_camera(n.owner_member, n.owner_unit, n.audience, n.members, n.excluded, n.make, n.model, n.software)
       from (select distinct owner_member, owner_unit, audience, members, excluded, s.*
               from new_rows cross join lateral (values
                    (coalesce(camera_make, ''), coalesce(camera_model, ''), ''), ('', '', coalesce(software, ''))) s (make, model, software)
              where s.make <> '' or s.model <> '' or s.software <> '') n;
    return null;
end
$$;

-- What was there before and is there now is left as it is. Compared as sets: rows are never joined, however many change.
create or replace function clew_note_changed_cameras() returns trigger
language plpgsql volatile security definer
set search_path = pg_catalog, public, pg_temp
as $$
begin
    perform clew_keep_camera(n.owner_member, n.owner_unit, n.audience, n.members, n.excluded, n.make, n.model, n.software)
       from (select owner_member, owner_unit, audience, members, excluded, s.*
               from new_rows cross join lateral (values
                    (coalesce(camera_make, ''), coalesce(camera_model, ''), ''), ('', '', coalesce(software, ''))) s (make, model, software)
              where s.make <> '' or s.model <> '' or s.software <> ''
             except
             select owner_member, owner_unit, audience, members, excluded, s.*
               from old_rows cross join lateral (values
                    (coalesce(camera_make, ''), coalesce(camera_model, ''), ''), ('', '', coalesce(software, ''))) s (make, model, software)
              where s.make <> '' or s.model <> '' or s.software <> '') n;
    perform clew_let_camera_go(o.owner_member, o.owner_unit, o.audience, o.members, o.excluded, o.make, o.model, o.software)
       from (select owner_member, owner_unit, audience, members, excluded, s.*
               from old_rows cross join lateral (values
                    (coalesce(camera_make, ''), coalesce(camera_model, ''), ''), ('', '', coalesce(software, ''))) s (make, model, software)
              where s.make <> '' or s.model <> '' or s.software <> ''
             except
             select owner_member, owner_unit, audience, members, excluded, s.*
               from new_rows cross join lateral (values
                    (coalesce(camera_make, ''), coalesce(camera_model, ''), ''), ('', '', coalesce(software, ''))) s (make, model, software)
              where s.make <> '' or s.model <> '' or s.software <> '') o;
    return null;
end
$$;

create or replace function clew_note_gone_cameras() returns trigger
language plpgsql volatile security definer
set search_path = pg_catalog, public, pg_temp
as $$
begin
    perform clew_let_camera_go(o.owner_member, o.owner_unit, o.audience, o.members, o.excluded, o.make, o.model, o.software)
       from (select distinct owner_member, owner_unit, audience, members, excluded, s.*
               from old_rows cross join lateral (values
                    (coalesce(camera_make, ''), coalesce(camera_model, ''), ''), ('', '', coalesce(software, ''))) s (make, model, software)
              where s.make <> '' or s.model <> '' or s.software <> '') o;
    return null;
end
$$;
