// Mail by the AWS SDK for JavaScript v3 and by nodemailer, unmodified. Prints one
// JSON object of what was asked and answered; tests/api/test-js compares it with
// what was delivered.
import * as v2 from "@aws-sdk/client-sesv2";
import nodemailer from "nodemailer";

const { ENDPOINT, FROM, WORD } = process.env;
const ses = new v2.SESv2Client({
  endpoint: ENDPOINT, region: "eu-central-1", maxAttempts: 1,
});
const picture = Buffer.from(process.env.PICTURE, "base64");
const blob = Buffer.alloc(100000, 0);
for (let i = 0; i < blob.length; i++)
  blob[i] = (i * 7919) % 256;
const out = {};

const simple = await ses.send(new v2.SendEmailCommand({
  FromEmailAddress: `"Größe, Jörg" <${FROM}>`,
  Destination: { ToAddresses: ["Ünï <jane@customer.example>"] },
  Content: { Simple: {
    Subject: { Data: `Anhänge ${WORD} ✓` },
    Body: {
      Text: { Data: "Text ✓" },
      Html: { Data: "<p>Bild: <img src=\"cid:bild\"> ✓</p>" },
    },
    Headers: [
      { Name: "List-Unsubscribe", Value: "<https://js.example/u>" },
      { Name: "X-Custom", Value: "a value" },
    ],
    Attachments: [
      { RawContent: picture, FileName: "bild.png", ContentId: "bild",
        ContentType: "image/png", ContentDisposition: "INLINE" },
      { RawContent: blob, FileName: "Größe – 日本.bin",
        ContentDescription: "Zahlen" },
    ],
  } },
}));
out.simple = simple.MessageId;

// every entry of a list that has more than one page
out.addresses = [];
for (let i = 0; i < 25; i++)
  await ses.send(new v2.PutSuppressedDestinationCommand({
    EmailAddress: `p${String(i).padStart(2, "0")}@pages.example`,
    Reason: "BOUNCE",
  }));
for await (const page of v2.paginateListSuppressedDestinations(
  { client: ses, pageSize: 10 }, {}))
  for (const entry of page.SuppressedDestinationSummaries)
    out.addresses.push(entry.EmailAddress);

// nodemailer sends everything as a raw message
const transport = nodemailer.createTransport({
  SES: { sesClient: ses, SendEmailCommand: v2.SendEmailCommand },
});
out.verified = await transport.verify();
const sent = await transport.sendMail({
  from: `Nodemailer ✓ <${FROM}>`, to: "Ünï <jane@customer.example>",
  cc: "cc@customer.example", bcc: "hidden@customer.example",
  subject: `nodemailer ${WORD}`, text: "Hallo ✓", html: "<b>Hallo ✓</b>",
  attachments: [{ filename: "Größe.bin", content: blob }],
  ses: { EmailTags: [{ Name: "by", Value: "nodemailer" }] },
});
out.nodemailer = sent.response;
try {
  await transport.sendMail({ from: "x@other.example",
    to: "jane@customer.example", subject: "x", text: "x" });
} catch (error) {
  out.refused = error.name;
}
console.log(JSON.stringify(out));
