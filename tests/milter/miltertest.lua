-- Every callback of the filter, by OpenDKIM's milter client. Prints "ok NAME" or
-- "not ok NAME: why"; the variables sock and rounds come from the command line.
local QUEUE_ID = "4jYjJ93vgwz1bYMv"
local failed = 0

local function case(name, fn)
	local good, why = pcall(fn)
	if good then
		mt.echo("ok " .. name)
	else
		failed = failed + 1
		mt.echo("not ok " .. name .. ": " .. tostring(why))
	end
end

local function check(condition, what)
	if not condition then
		error(what, 2)
	end
end

-- Steps of the protocol return an error text or nil.
local function say(why)
	if why ~= nil then
		error(why, 2)
	end
end

local function open(login, address)
	local conn = mt.connect(sock)
	check(conn, "connect")
	say(mt.conninfo(conn, "client.example", address or "198.51.100.9"))
	return conn
end

local function mail(conn, path, login)
	if login then
		say(mt.macro(conn, SMFIC_MAIL, "{auth_authen}", login,
		    "{auth_type}", "PLAIN"))
	end
	say(mt.mailfrom(conn, path))
	return mt.getreply(conn)
end

local function header(conn, from)
	say(mt.header(conn, "From", from))
	say(mt.header(conn, "Subject", "hello"))
	say(mt.header(conn, "X-SES-Message-Tags", "a=b"))
end

-- miltertest knows no macros of later steps than RCPT.
local function rcpt(conn, path, has_no_id)
	if not has_no_id then
		say(mt.macro(conn, SMFIC_RCPT, "i", QUEUE_ID))
	end
	say(mt.rcptto(conn, path))
	return mt.getreply(conn)
end

local function content(conn, from)
	header(conn, from)
	say(mt.eoh(conn))
	say(mt.bodystring(conn, "hello\r\n"))
	say(mt.eom(conn))
	return mt.getreply(conn)
end

local function accepted(conn)
	check(mail(conn, "<a@shop.example>", "shop") == SMFIR_CONTINUE, "MAIL")
	check(rcpt(conn, "<x@reader.example>") == SMFIR_CONTINUE, "RCPT")
	check(content(conn, "a@shop.example") == SMFIR_CONTINUE, "end")
	check(mt.eom_check(conn, MT_HDRINSERT, "DKIM-Signature"), "signature")
	check(mt.eom_check(conn, MT_HDRDELETE, "X-SES-Message-Tags"), "X-SES-")
	check(not mt.eom_check(conn, MT_BODYCHANGE), "body")
end

case("accepted message", function()
	local conn = open()
	accepted(conn)
	mt.disconnect(conn)
end)

case("several messages on one connection", function()
	local conn = open()
	for _ = 1, 5 do
		accepted(conn)
	end
	mt.disconnect(conn)
end)

case("refused at MAIL, then accepted", function()
	local conn = open()
	check(mail(conn, "<a@evil.example>", "shop") == SMFIR_REPLYCODE, "MAIL")
	accepted(conn)
	mt.disconnect(conn)
end)

case("refused at RCPT, then the next recipient", function()
	local conn = open()
	mail(conn, "<a@young.example>", "young")
	check(rcpt(conn, "<x@reader.example>") == SMFIR_REPLYCODE, "RCPT")
	check(rcpt(conn, "<friend@reader.example>") == SMFIR_CONTINUE, "second RCPT")
	check(content(conn, "a@young.example") == SMFIR_CONTINUE, "end")
	mt.disconnect(conn)
end)

case("refused at the end", function()
	local conn = open()
	mail(conn, "<a@shop.example>", "shop")
	rcpt(conn, "<x@reader.example>")
	check(content(conn, "a@evil.example") == SMFIR_REPLYCODE, "end")
	accepted(conn)
	mt.disconnect(conn)
end)

case("suppressed recipient is dropped", function()
	local conn = open()
	mail(conn, "<a@shop.example>", "shop")
	check(rcpt(conn, "<gone@reader.example>") == SMFIR_CONTINUE, "RCPT")
	check(content(conn, "a@shop.example") == SMFIR_CONTINUE, "end")
	check(mt.eom_check(conn, MT_RCPTDELETE, "<gone@reader.example>"),
	    "dropped")
	mt.disconnect(conn)
end)

case("aborted at every stage", function()
	local conn = open()
	for stage = 1, 5 do
		mail(conn, "<a@shop.example>", "shop")
		if stage > 1 then
			rcpt(conn, "<x@reader.example>")
		end
		if stage > 2 then
			header(conn, "a@shop.example")
		end
		if stage > 3 then
			say(mt.eoh(conn))
		end
		if stage > 4 then
			say(mt.bodystring(conn, "x\r\n"))
		end
		say(mt.abort(conn))
	end
	accepted(conn)
	mt.disconnect(conn)
end)

case("nobody passes", function()
	local conn = open()
	check(mail(conn, "<a@evil.example>") == SMFIR_ACCEPT, "MAIL")
	mt.disconnect(conn)
end)

case("address unknown", function()
	local conn = open(nil, "unspec")
	check(mail(conn, "<a@evil.example>") == SMFIR_ACCEPT, "MAIL")
	mt.disconnect(conn)
end)

case("no queue id", function()
	local conn = open()
	mail(conn, "<a@shop.example>", "shop")
	rcpt(conn, "<x@reader.example>", true)
	check(content(conn, "a@shop.example") == SMFIR_REPLYCODE, "end")
	mt.disconnect(conn)
end)

case("random body", function()
	local conn = open()
	mail(conn, "<a@shop.example>", "shop")
	rcpt(conn, "<x@reader.example>")
	header(conn, "a@shop.example")
	say(mt.eoh(conn))
	say(mt.bodyrandom(conn, 1000000))
	say(mt.eom(conn))
	check(mt.getreply(conn) == SMFIR_CONTINUE, "end")
	mt.disconnect(conn)
end)

case("rude disconnects", function()
	for _ = 1, 5 do
		local conn = open()
		mail(conn, "<a@shop.example>", "shop")
		mt.disconnect(conn, false)
	end
end)

case("200 connections", function()
	local conns = {}
	for i = 1, 200 do
		conns[i] = open()
	end
	for i = 1, 200 do
		accepted(conns[i])
	end
	for i = 1, 200 do
		mt.disconnect(conns[i])
	end
end)

if failed > 0 then
	error(failed .. " failed")
end
