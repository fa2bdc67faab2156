# Logs in once; the token that comes back lives in Tryton's database and survives a restart of the server.
.answers.login as $login
| if $login == null then
    {request: {name: "login", method: "POST", path: "/\(.settings.database | @uri)/",
      body: {id: 1, method: "common.db.login", params: [.settings.user, {password: .settings.password}]}}}
  elif ($login.body | type) == "object" and ($login.body.result | type) == "array" and ($login.body.result | length) == 2 then
    {session: ("\(.settings.user):\($login.body.result[0]):\($login.body.result[1])" | @base64), expires_in_s: 43200}
  else
    # A program that fails tells the hub that there is no session, and the postings wait.
    error("Tryton gave no session to user \(.settings.user): \($login.body.error // $login.status | tojson | .[0:200])")
  end
