# Mail by the AWS SDK for Ruby, unmodified: prints message id, and an error's code.
require "aws-sdk"
require "uri"

endpoint = URI(ENV["ENDPOINT"])
AWS.config(access_key_id: ENV["AWS_ACCESS_KEY_ID"],
           secret_access_key: ENV["AWS_SECRET_ACCESS_KEY"],
           region: "us-east-1", max_retries: 0, use_ssl: false,
           simple_email_service_endpoint: endpoint.host,
           simple_email_service_port: endpoint.port)
ses = AWS::SimpleEmailService.new
mail = lambda do |from|
  ses.client.send_email(
    source: from, destination: { to_addresses: ["jane@customer.example"] },
    message: { subject: { data: "Ruby #{ENV["WORD"]} ✓" },
               body: { text: { data: "Grüße ✓" } } })
end
puts mail.call(ENV["FROM"])[:message_id]
begin
  mail.call("x@other.example")
  puts "sent"
rescue AWS::SimpleEmailService::Errors::MessageRejected => error
  puts error.message
end
puts ses.quotas[:max_24_hour_send]
puts ses.identities.map(&:identity).sort.join(" ")
