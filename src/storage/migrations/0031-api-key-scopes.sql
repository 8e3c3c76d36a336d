-- What a key is for; null: everything a key may do. A key with scopes opens the doors that it names and no other.
alter table api_key add column scopes text[];
