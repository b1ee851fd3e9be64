-- A reference: nine digits, drawn at random among those that no record of its table has, hidden or not. Whoever writes
-- the row cannot choose it, so nobody can try which are taken; and `random()` could be seeded by whoever asks, so
-- the digits are those of a random UUID. The last rule is domain/reference.reference_in().
create or replace function clew_draw_reference(letter text, taken_in text) returns text
language plpgsql volatile security definer
set search_path = pg_catalog, public, pg_temp
as $$
declare
    -- 97 n + 1 has nine digits from here on, and for so many n.
    first constant bigint := 1030928;
    many constant bigint := 9278351;
    drawn text;
    is_taken boolean;
begin
    for attempt in 1..1000 loop
        drawn := $1 || '-' || (97 * (first
            + ('x' || left(replace(gen_random_uuid()::text, '-', ''), 12))::bit(48)::bigint % many) + 1);
        execute format('select exists (select from public.%I t where t.reference = $1)', $2) into is_taken using drawn;
        if not is_taken then
            return drawn;
        end if;
    end loop;
    raise exception 'no reference is left';
end
$$;

create or replace function clew_give_series_reference() returns trigger
language plpgsql security definer
set search_path = pg_catalog, public, pg_temp
as $$
begin
    new.reference := clew_draw_reference('S', 'series');
    return new;
end
$$;

-- Media of other units leave a series whose end has come: what they asserted of it goes with it. How many there
-- were is not told, since the owner of the series may not see them.
create or replace function clew_forget_places_in_series(series uuid) returns void
language plpgsql volatile security definer
set search_path = pg_catalog, public, pg_temp set enable_seqscan = off
as $$
begin
    if exists (select from tombstones t where t.subject_id = $1 and t.step = 'begun'
                  and t.member = clew_actor_member() and t.unit = clew_actor_unit()) then
        delete from series_media m where m.series_id = $1;
    end if;
end
$$;
