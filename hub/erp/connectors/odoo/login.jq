# Odoo has no session for this API: each call carries the user's number and password. The log-in finds the number, and the
# version, because some fields have other names in other versions.
. as $in | .settings as $s
| def rpc($name; $service; $method; $args):
    {request: {name: $name, method: "POST", path: "/jsonrpc",
               body: {jsonrpc: "2.0", method: "call", id: 1, params: {service: $service, method: $method, args: $args}}}};
if .answers.version == null then rpc("version"; "common"; "version"; [])
elif .answers.user == null then rpc("user"; "common"; "authenticate"; [$s.database, $s.user, $s.password, {}])
else
  # A wrong password is answered with false, a wrong database with an error. Both are matters of the set-up: the postings wait.
  (.answers.user.body.result // false) as $uid
  | if $uid then {session: {uid: $uid, version: .answers.version.body.result.server_version_info[0]}, expires_in_s: 86400}
    else {outcomes: [{status: "transient", text: "Odoo does not know the user \($s.user) of the database \($s.database) with this password: \(.answers.user.body.error.data.message // "Access Denied")"}]} end
end
