-- The reference of a victim, an offender or a place: drawn as that of a series is, by the letter of its table.
create or replace function clew_give_reference() returns trigger
language plpgsql security definer
set search_path = pg_catalog, public, pg_temp
as $$
begin
    new.reference := clew_draw_reference(tg_argv[0], tg_table_name);
    return new;
end
$$;

-- Links go with the records that they join, whoever's they are: an end may be of any table, so no foreign key does it.
-- Those that were taken back have indexes of their own, so each is asked for apart.
create or replace function clew_forget_links() returns trigger
language plpgsql security definer
set search_path = pg_catalog, public, pg_temp set enable_seqscan = off
as $$
begin
    delete from links l using gone g where l.a_id = g.id and l.state <> 4;
    delete from links l using gone g where l.b_id = g.id and l.state <> 4;
    delete from links l using gone g where l.a_id = g.id and l.state = 4;
    delete from links l using gone g where l.b_id = g.id and l.state = 4;
    return null;
end
$$;

-- Links to media that are joined with other records of the same content follow them: pairs of own media, old and new.
-- Where a unit has said the same of both already, that of the old one goes with it, and so does what was taken back.
create or replace function clew_move_links(olds uuid[], news uuid[]) returns void
language plpgsql volatile security definer
set search_path = pg_catalog, public, pg_temp set enable_seqscan = off
as $$
declare
    own_olds uuid[];
    own_news uuid[];
begin
    select array_agg(p.old), array_agg(p.new) into own_olds, own_news from unnest($1, $2) as p (old, new)
      join media o on o.id = p.old join media n on n.id = p.new and n.name = o.name
     where (o.owner_member, o.owner_unit) = (clew_actor_member(), clew_actor_unit())
       and (n.owner_member, n.owner_unit) = (clew_actor_member(), clew_actor_unit());
    update links l set a_id = p.new from unnest(own_olds, own_news) as p (old, new)
     where l.a_id = p.old and l.state <> 4 and l.b_id <> p.new and not exists (
           select from links t where (t.a_id, t.b_id, t.type, t.owner_member, t.owner_unit)
                                   = (p.new, l.b_id, l.type, l.owner_member, l.owner_unit) and t.state <> 4);
    update links l set b_id = p.new from unnest(own_olds, own_news) as p (old, new)
     where l.b_id = p.old and l.state <> 4 and l.a_id <> p.new and not exists (
           select from links t where (t.a_id, t.b_id, t.type, t.owner_member, t.owner_unit)
                                   = (l.a_id, p.new, l.type, l.owner_member, l.owner_unit) and t.state <> 4);
    update crops c set medium_id = p.new from unnest(own_olds, own_news) as p (old, new) where c.medium_id = p.old;
    -- So does what officers observed of them, and evidence of leads goes: it is found anew on the record that stays.
    update observations o set medium_id = p.new from unnest(own_olds, own_news) as p (old, new)
     where o.medium_id = p.old and not exists (
           select from observations t where (t.medium_id, t.member, t.observed_by) = (p.new, o.member, o.observed_by)
              and t.withdrawn_at is null and o.withdrawn_at is null);
    delete from lead_media e where e.medium_id = any (own_olds) or e.near_medium = any (own_olds);
    update clues c set medium_id = p.new from unnest(own_olds, own_news) as p (old, new) where c.medium_id = p.old;
    -- And who has seen them.
    update sightings s set medium_id = p.new from unnest(own_olds, own_news) as p (old, new)
     where s.medium_id = p.old and not exists (
           select from sightings t where (t.medium_id, t.member, t.unit, t.seen_by) = (p.new, s.member, s.unit, s.seen_by));
    -- And in which stacks of their cases they lie; the centre takes its stack along.
    update case_stacks k set medium_id = p.new from unnest(own_olds, own_news) as p (old, new)
     where k.medium_id = p.old and not exists (
           select from case_stacks t where t.case_id = k.case_id and t.medium_id = p.new);
    -- And how units marked them.
    update marks k set medium_id = p.new from unnest(own_olds, own_news) as p (old, new) where k.medium_id = p.old;
    -- And what officers said of their matches, from either side.
    update match_verdicts v set medium_id = p.new from unnest(own_olds, own_news) as p (old, new) where v.medium_id = p.old;
    update match_verdicts v set other_id = p.new from unnest(own_olds, own_news) as p (old, new) where v.other_id = p.old;
end
$$;
