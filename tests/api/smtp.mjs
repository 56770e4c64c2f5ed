// nodemailer by SMTP, with the settings that the manual shows.
import nodemailer from "nodemailer";
import { readFileSync } from "node:fs";

const env = process.env;
const transport = (port, secure) => nodemailer.createTransport({
  host: "127.0.0.1", port: Number(port), secure, requireTLS: !secure,
  auth: { user: env.SMTP_USER, pass: env.SMTP_PASS },
  tls: { ca: readFileSync(env.SMTP_CA) },
});
const mail = (from, what) => ({
  from: `Jörg <${from}>`, to: "jane@customer.example",
  subject: `nodemailer ${what} ${env.WORD}`, text: "Grüße ✓",
});
await transport(env.SMTP_PORT, false).sendMail(mail(env.FROM, "starttls"));
await transport(env.SMTPS_PORT, true).sendMail(mail(env.FROM, "tls"));
try {
  await transport(env.SMTP_PORT, false)
    .sendMail(mail("x@other.example", "no"));
  console.log("sent");
} catch (error) {
  console.log(error.response);
}
