# A new access token for the refresh token. Signing requests (token-based authentication) or an assertion (client credentials)
# cannot be said in jq. A token that is not taken is a matter of the set-up: the postings wait.
.settings as $s | .answers.token as $token
| if $token == null then
    {request: {name: "token", method: "POST", path: "/services/rest/auth/oauth2/v1/token",
               headers: {authorization: ("Basic " + ("\($s.client_id):\($s.client_secret)" | @base64))},
               form: {grant_type: "refresh_token", refresh_token: $s.refresh_token}}}
  elif ($token.body | objects | .access_token) then {session: {token: $token.body.access_token}, expires_in_s: (($token.body.expires_in | tonumber) - 60)}
  else {outcomes: [{status: "transient", text: "no token: \(($token.body | objects | .error_description // .error) // "HTTP \($token.status)")"}]} end
