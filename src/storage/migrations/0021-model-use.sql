-- Every call of a model, one row each; texts are elsewhere (model_call). micro_usd null: the price is not known. charged_micro_usd: what budgets were charged.
create table model_use (
  tenant_id text not null,
  id text not null,
  at timestamptz not null,
  provider text not null,
  model text not null,
  route text,
  purpose text not null,
  turn_id text, conversation_id text, case_id text, contact_id text, user_id text, api_key_id text, workflow text, run_id text, stage text,
  prompt_tokens bigint not null,
  completion_tokens bigint not null,
  cache_read_tokens bigint not null default 0,
  cache_write_tokens bigint not null default 0,
  is_estimated boolean not null,
  micro_usd bigint,
  charged_micro_usd bigint not null,
  cached text,
  outcome text not null,
  error_code text,
  first_part_ms integer,
  duration_ms integer not null,
  primary key (tenant_id, id)
);
create index model_use_by_time on model_use (tenant_id, at);

-- What was spent of a budget by one subject in one window, and what processes hold of it: {"<process>": [micro-USD, until (ms since the epoch), the least it asked for]}.
-- A hold counts as spent until then. What the limits were when it was last used is kept for those who read it.
create table budget_use (
  tenant_id text not null,
  budget text not null,
  subject text not null,
  window_start timestamptz not null,
  spent_micro_usd bigint not null default 0,
  holds jsonb not null default '{}',
  soft_micro_usd bigint,
  hard_micro_usd bigint not null,
  refusals bigint not null default 0,
  warned_at timestamptz,
  primary key (tenant_id, budget, subject, window_start)
);

create function budget_now() returns bigint language sql volatile as $$ select (extract(epoch from clock_timestamp()) * 1000)::bigint $$;

create function live_holds(p_holds jsonb) returns jsonb language sql volatile as $$
  select coalesce(jsonb_object_agg(h.key, h.value), '{}') from jsonb_each(p_holds) h where (h.value->>0)::bigint > 0 and (h.value->>1)::bigint > budget_now()
$$;

create function held_micro_usd(p_holds jsonb) returns bigint language sql immutable as $$
  select coalesce(sum((h.value->>0)::bigint), 0)::bigint from jsonb_each(p_holds) h
$$;

-- The holds with what one process asks for instead of its own, cut to the room there is; null when there is not room for the least of it.
create function grant_hold(p_holds jsonb, p_asked jsonb, p_spent bigint, p_hard bigint) returns jsonb language plpgsql volatile as $$
declare
  who text := (select min(k) from jsonb_object_keys(p_asked) k);
  asked jsonb := p_asked->who;
  others jsonb := live_holds(p_holds - who);
  room bigint := p_hard - p_spent - held_micro_usd(others);
begin
  if room < (asked->>2)::bigint then return null; end if;
  return others || jsonb_build_object(who, jsonb_set(asked, '{0}', to_jsonb(least((asked->>0)::bigint, room))));
end $$;

-- A soft limit that is passed is told once a window, by whichever process passed it.
create function tell_of_budget() returns trigger language plpgsql as $$
begin
  perform tell_event(new.tenant_id, 'budget.warned', 'budget.warned:' || new.budget || ':' || new.subject || ':' || extract(epoch from new.window_start)::bigint, new.budget,
    jsonb_build_object('budget', new.budget, 'budgetSubject', new.subject, 'since', to_char(new.window_start at time zone 'UTC', 'YYYY-MM-DD"T"HH24:MI:SS.MS"Z"'),
      'spentUsd', round(new.spent_micro_usd / 1e6, 6), 'softUsd', round(new.soft_micro_usd / 1e6, 6), 'hardUsd', round(new.hard_micro_usd / 1e6, 6)), new.warned_at);
  return null;
end $$;
create trigger budget_warned_first after insert on budget_use for each row when (new.warned_at is not null) execute function tell_of_budget();
create trigger budget_warned_later after update on budget_use for each row when (new.warned_at is not null and old.warned_at is null) execute function tell_of_budget();

do $$
declare
  t text;
begin
  foreach t in array array['model_use', 'budget_use'] loop
    execute format('alter table %I enable row level security', t);
    execute format('alter table %I force row level security', t);
    execute format('create policy tenant_only on %I to baton_app using (tenant_id = current_setting(''baton.tenant'', true)) with check (tenant_id = current_setting(''baton.tenant'', true))', t);
    execute format('grant select, insert, update, delete on %I to baton_app', t);
  end loop;
end $$;
