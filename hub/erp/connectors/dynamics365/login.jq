# A token for the environment, by client credentials. A secret that is not taken is a matter of the set-up: the postings wait.
.settings as $s | .answers.token as $token
| if $token == null then
    {request: {name: "token", method: "POST", path: "\($s.login_url)/\($s.tenant)/oauth2/v2.0/token",
               form: {grant_type: "client_credentials", client_id: $s.client_id, client_secret: $s.client_secret, scope: "\($s.resource)/.default"}}}
  elif ($token.body | objects | .access_token) then {session: {token: $token.body.access_token}, expires_in_s: ($token.body.expires_in - 60)}
  else {outcomes: [{status: "transient", text: "no token: \(($token.body | objects | .error_description // .error) // "HTTP \($token.status)")"}]} end
