-- Baton's own events are told where their cause is stored, whatever stored it: both in one transaction or neither. Nobody who
-- writes a message or ends a case can forget it, and while nobody listens it costs two look-ups in small indexes.
create function event_is_heard(p_tenant text, p_type text) returns boolean language plpgsql stable as $$
begin
  return exists (select from workflow_listener l where l.tenant_id = p_tenant and l.event_type in (p_type, '*'))
    or exists (select from workflow_wait_key k where k.tenant_id = p_tenant and k.event_type in (p_type, '*'));
end $$;

create function tell_of_message() returns trigger language plpgsql as $$
begin
  if event_is_heard(new.tenant_id, 'message.received') then
    perform tell_event(new.tenant_id, 'message.received', 'message.received:' || new.id, new.conversation_id,
      jsonb_build_object('messageId', new.id, 'conversationId', new.conversation_id, 'contactId', new.author_id, 'caseId', new.case_id, 'channel', new.channel), new.created_at);
  end if;
  return null;
end $$;
create trigger message_tell after insert on message for each row when (new.author = 'contact') execute function tell_of_message();

create function tell_of_case() returns trigger language plpgsql as $$
declare
  what text := case when new.status = 'open' then 'case.opened' else 'case.resolved' end;
begin
  if event_is_heard(new.tenant_id, what) then
    perform tell_event(new.tenant_id, what, what || ':' || new.id, new.id,
      jsonb_build_object('caseId', new.id, 'conversationId', new.conversation_id, 'contactId', (select v.contact_id from conversation v where v.tenant_id = new.tenant_id and v.id = new.conversation_id), 'intent', new.intent),
      coalesce(new.resolved_at, new.opened_at));
  end if;
  return null;
end $$;
create trigger support_case_tell_opened after insert on support_case for each row when (new.status = 'open') execute function tell_of_case();
create trigger support_case_tell_resolved after update of status on support_case for each row when (old.status = 'open' and new.status = 'resolved') execute function tell_of_case();

create function tell_of_handoff() returns trigger language plpgsql as $$
begin
  if event_is_heard(new.tenant_id, 'handoff.requested') then
    perform tell_event(new.tenant_id, 'handoff.requested', 'handoff.requested:' || new.id, new.conversation_id,
      jsonb_build_object('handoffId', new.id, 'conversationId', new.conversation_id, 'contactId', (select v.contact_id from conversation v where v.tenant_id = new.tenant_id and v.id = new.conversation_id), 'caseId', new.case_id, 'turnId', new.turn_id, 'reason', new.reason), new.requested_at);
  end if;
  return null;
end $$;
create trigger handoff_tell after insert on handoff for each row when (new.status = 'waiting') execute function tell_of_handoff();

create function tell_of_tool_call() returns trigger language plpgsql as $$
begin
  if event_is_heard(new.tenant_id, 'tool.failed') then
    perform tell_event(new.tenant_id, 'tool.failed', 'tool.failed:' || new.id, coalesce(new.conversation_id, new.id),
      jsonb_build_object('callId', new.id, 'tool', new.tool, 'risk', new.risk, 'conversationId', new.conversation_id, 'turnId', new.turn_id), new.created_at);
  end if;
  return null;
end $$;
create trigger tool_call_tell after insert or update of status on tool_call for each row when (new.status = 'failed') execute function tell_of_tool_call();

-- What people decide is told with their name by whoever stores it; here only what nobody decided in time.
create function tell_of_approval() returns trigger language plpgsql as $$
begin
  if event_is_heard(new.tenant_id, 'approval.decided') then
    perform tell_event(new.tenant_id, 'approval.decided', 'approval.decided:' || new.id, new.id,
      jsonb_build_object('approvalId', new.id, 'runId', new.run_id, 'tool', new.tool, 'decision', 'expired', 'decidedBy', null, 'conversationId', new.conversation_id, 'caseId', new.case_id), coalesce(new.decided_at, now()));
  end if;
  return null;
end $$;
create trigger approval_tell_expired after update of status on approval for each row when (old.status = 'waiting' and new.status = 'expired') execute function tell_of_approval();
