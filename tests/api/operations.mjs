// Every operation, once right and once wrong, by the AWS SDK for JavaScript v3.
// Prints one JSON line a step: {operation, right, got}; tests/api/test-js judges.
// A step is [client, operation, input, wanted]: wanted undefined: it succeeds (then
// input may be a function, and the answer is kept by its operation's name); else the
// name of the error.
import * as v2 from "@aws-sdk/client-sesv2";
import * as v1 from "@aws-sdk/client-ses";
import * as sns from "@aws-sdk/client-sns";

const env = process.env;
const settings = (secret) => ({
  endpoint: env.ENDPOINT, region: "us-east-1", maxAttempts: 1,
  credentials: { accessKeyId: env.AWS_ACCESS_KEY_ID, secretAccessKey: secret },
});
const good = settings(env.AWS_SECRET_ACCESS_KEY);
const clients = {
  v2: new v2.SESv2Client(good), v1: new v1.SESClient(good),
  sns: new sns.SNSClient(good),
};
const bad = settings("x".repeat(40));
const strangers = {
  v2: new v2.SESv2Client(bad), v1: new v1.SESClient(bad),
  sns: new sns.SNSClient(bad),
};
const libraries = { v2, v1, sns };
const kept = {};
const { DOMAIN, FROM, WEBHOOK, NUMBER, KEY } = env;
const to = { ToAddresses: ["jane@customer.example"] };
const text = (data) => ({ Data: data });
const simple = { Simple: { Subject: text("s"), Body: { Text: text("t") } } };
const message = { Subject: text("s"), Body: { Text: text("t") } };
const arn = (kind) => `arn:aws:ses:us-east-1:${NUMBER}:${kind}`;
const policy = (action) => JSON.stringify({
  Version: "2012-10-17",
  Statement: [{
    Effect: "Allow", Principal: { AWS: env.RIVAL_NUMBER }, Action: [action],
    Resource: arn("identity/" + DOMAIN),
  }],
});
const raw = Buffer.from(`From: ${FROM}\r\nTo: jane@customer.example\r\n` +
  "Subject: raw\r\n\r\nx\r\n");
const topic = () => kept.CreateTopic.TopicArn;
const page = "https://js.example/";
const verification = {
  FromEmailAddress: FROM, TemplateSubject: "Please confirm",
  TemplateContent: "<p>Hello</p>", SuccessRedirectionURL: page + "ok",
  FailureRedirectionURL: page + "no",
};
const NO = "NotFoundException", BAD = "BadRequestException";
const SIGNATURE = "InvalidSignatureException";
const day = (n) => new Date(Date.now() + n * 86400000);

const steps = [
  // ---- SES v2: account
  ["v2", "GetAccount", {}],
  ["v2", "GetAccount", {}, SIGNATURE, "stranger"],
  ["v2", "PutAccountDetails", { MailType: "MARKETING", WebsiteURL: page,
    UseCaseDescription: "news", ContactLanguage: "EN" }],
  ["v2", "PutAccountDetails", { MailType: "SPAM", WebsiteURL: page }, BAD],
  ["v2", "PutAccountSendingAttributes", { SendingEnabled: true }],
  ["v2", "PutAccountSendingAttributes", { SendingEnabled: "maybe" }, BAD],
  ["v2", "PutAccountSuppressionAttributes",
    { SuppressedReasons: ["BOUNCE", "COMPLAINT"] }],
  ["v2", "PutAccountSuppressionAttributes", { SuppressedReasons: ["X"] }, BAD],
  ["v2", "PutAccountDedicatedIpWarmupAttributes", { AutoWarmupEnabled: true }],
  ["v2", "PutAccountDedicatedIpWarmupAttributes", {}, SIGNATURE, "stranger"],
  // ---- identities
  ["v2", "CreateEmailIdentity", { EmailIdentity: "two." + DOMAIN,
    Tags: [{ Key: "k", Value: "v" }] }],
  ["v2", "CreateEmailIdentity", { EmailIdentity: "two." + DOMAIN },
    "AlreadyExistsException"],
  ["v2", "GetEmailIdentity", { EmailIdentity: "two." + DOMAIN }],
  ["v2", "GetEmailIdentity", { EmailIdentity: "no.example" }, NO],
  ["v2", "ListEmailIdentities", { PageSize: 1 }],
  ["v2", "ListEmailIdentities", { NextToken: "bad" }, BAD],
  ["v2", "PutEmailIdentityDkimAttributes",
    { EmailIdentity: "two." + DOMAIN, SigningEnabled: true }],
  ["v2", "PutEmailIdentityDkimAttributes", { EmailIdentity: "no.example" }, NO],
  ["v2", "PutEmailIdentityDkimSigningAttributes",
    { EmailIdentity: "two." + DOMAIN, SigningAttributesOrigin: "EXTERNAL",
      SigningAttributes: { DomainSigningSelector: "mine",
        DomainSigningPrivateKey: KEY } }],
  ["v2", "PutEmailIdentityDkimSigningAttributes",
    { EmailIdentity: "two." + DOMAIN, SigningAttributesOrigin: "EXTERNAL",
      SigningAttributes: { DomainSigningSelector: "x",
        DomainSigningPrivateKey: "AAAA" } }, BAD],
  ["v2", "PutEmailIdentityMailFromAttributes",
    { EmailIdentity: "two." + DOMAIN, MailFromDomain: "b.two." + DOMAIN }],
  ["v2", "PutEmailIdentityMailFromAttributes",
    { EmailIdentity: "two." + DOMAIN, MailFromDomain: "elsewhere.example" },
    BAD],
  ["v2", "PutEmailIdentityFeedbackAttributes",
    { EmailIdentity: "two." + DOMAIN, EmailForwardingEnabled: true }],
  ["v2", "PutEmailIdentityFeedbackAttributes",
    { EmailIdentity: "no.example" }, NO],
  ["v2", "CreateConfigurationSet", { ConfigurationSetName: "set-a" }],
  ["v2", "CreateConfigurationSet", { ConfigurationSetName: "set-a" },
    "AlreadyExistsException"],
  ["v2", "PutEmailIdentityConfigurationSetAttributes",
    { EmailIdentity: "two." + DOMAIN, ConfigurationSetName: "set-a" }],
  ["v2", "PutEmailIdentityConfigurationSetAttributes",
    { EmailIdentity: "two." + DOMAIN, ConfigurationSetName: "no" }, NO],
  ["v2", "CreateEmailIdentityPolicy", { EmailIdentity: DOMAIN,
    PolicyName: "p", Policy: policy("ses:SendEmail") }],
  ["v2", "CreateEmailIdentityPolicy", { EmailIdentity: DOMAIN,
    PolicyName: "q", Policy: "{" }, BAD],
  ["v2", "UpdateEmailIdentityPolicy", { EmailIdentity: DOMAIN,
    PolicyName: "p", Policy: policy("ses:SendRawEmail") }],
  ["v2", "UpdateEmailIdentityPolicy", { EmailIdentity: "no.example",
    PolicyName: "p", Policy: policy("ses:SendRawEmail") }, NO],
  ["v2", "GetEmailIdentityPolicies", { EmailIdentity: DOMAIN }],
  ["v2", "GetEmailIdentityPolicies", { EmailIdentity: "no.example" }, NO],
  ["v2", "DeleteEmailIdentityPolicy",
    { EmailIdentity: DOMAIN, PolicyName: "p" }],
  ["v2", "DeleteEmailIdentityPolicy",
    { EmailIdentity: "no.example", PolicyName: "p" }, NO],
  // ---- suppression
  ["v2", "PutSuppressedDestination",
    { EmailAddress: "x/y+z@a.example", Reason: "BOUNCE" }],
  ["v2", "PutSuppressedDestination",
    { EmailAddress: "nobody", Reason: "BOUNCE" }, BAD],
  ["v2", "GetSuppressedDestination", { EmailAddress: "x/y+z@a.example" }],
  ["v2", "GetSuppressedDestination", { EmailAddress: "b@a.example" }, NO],
  ["v2", "ListSuppressedDestinations",
    { Reasons: ["BOUNCE", "COMPLAINT"], StartDate: day(-1), EndDate: day(1) }],
  ["v2", "ListSuppressedDestinations", { NextToken: "bad" },
    "InvalidNextTokenException"],
  ["v2", "DeleteSuppressedDestination", { EmailAddress: "x/y+z@a.example" }],
  ["v2", "DeleteSuppressedDestination", { EmailAddress: "x/y+z@a.example" },
    NO],
  ["v2", "CreateImportJob", {
    ImportDestination: { SuppressionListDestination:
      { SuppressionListImportAction: "PUT" } },
    ImportDataSource: { S3Url: "https://list.example/x.csv",
      DataFormat: "CSV" } }],
  ["v2", "CreateImportJob", {
    ImportDestination: { SuppressionListDestination:
      { SuppressionListImportAction: "PUT" } },
    ImportDataSource: { S3Url: "ftp://x/", DataFormat: "CSV" } }, BAD],
  ["v2", "GetImportJob", () => ({ JobId: kept.CreateImportJob.JobId })],
  ["v2", "GetImportJob", { JobId: "no" }, NO],
  ["v2", "ListImportJobs", { ImportDestinationType: "SUPPRESSION_LIST" }],
  ["v2", "ListImportJobs", { NextToken: "bad" }, BAD],
  // ---- topics, for the destinations below
  ["sns", "CreateTopic", { Name: "every", Attributes: { DisplayName: "E" } }],
  ["sns", "CreateTopic", { Name: "no good" }, "InvalidParameterException"],
  // ---- configuration sets
  ["v2", "GetConfigurationSet", { ConfigurationSetName: "set-a" }],
  ["v2", "GetConfigurationSet", { ConfigurationSetName: "no" }, NO],
  ["v2", "ListConfigurationSets", {}],
  ["v2", "ListConfigurationSets", { NextToken: "bad" }, BAD],
  ["v2", "PutConfigurationSetDeliveryOptions",
    { ConfigurationSetName: "set-a", TlsPolicy: "OPTIONAL" }],
  ["v2", "PutConfigurationSetDeliveryOptions",
    { ConfigurationSetName: "no", TlsPolicy: "OPTIONAL" }, NO],
  ["v2", "PutConfigurationSetReputationOptions",
    { ConfigurationSetName: "set-a", ReputationMetricsEnabled: true }],
  ["v2", "PutConfigurationSetReputationOptions",
    { ConfigurationSetName: "no" }, NO],
  ["v2", "PutConfigurationSetSendingOptions",
    { ConfigurationSetName: "set-a", SendingEnabled: true }],
  ["v2", "PutConfigurationSetSendingOptions",
    { ConfigurationSetName: "no" }, NO],
  ["v2", "PutConfigurationSetSuppressionOptions",
    { ConfigurationSetName: "set-a", SuppressedReasons: ["BOUNCE"] }],
  ["v2", "PutConfigurationSetSuppressionOptions",
    { ConfigurationSetName: "no" }, NO],
  ["v2", "CreateConfigurationSetEventDestination", () => ({
    ConfigurationSetName: "set-a", EventDestinationName: "d",
    EventDestination: { Enabled: true, MatchingEventTypes: ["SEND"],
      SnsDestination: { TopicArn: topic() } } })],
  ["v2", "CreateConfigurationSetEventDestination", {
    ConfigurationSetName: "set-a", EventDestinationName: "e",
    EventDestination: { MatchingEventTypes: ["SEND"],
      KinesisFirehoseDestination: { IamRoleArn: "a:b:c:d:e:f",
        DeliveryStreamArn: "a:b:c:d:e:f" } } }, BAD],
  ["v2", "UpdateConfigurationSetEventDestination", () => ({
    ConfigurationSetName: "set-a", EventDestinationName: "d",
    EventDestination: { Enabled: false, MatchingEventTypes: ["BOUNCE"],
      SnsDestination: { TopicArn: topic() } } })],
  ["v2", "UpdateConfigurationSetEventDestination", () => ({
    ConfigurationSetName: "set-a", EventDestinationName: "no",
    EventDestination: { MatchingEventTypes: ["BOUNCE"],
      SnsDestination: { TopicArn: topic() } } }), NO],
  ["v2", "GetConfigurationSetEventDestinations",
    { ConfigurationSetName: "set-a" }],
  ["v2", "GetConfigurationSetEventDestinations",
    { ConfigurationSetName: "no" }, NO],
  ["v2", "DeleteConfigurationSetEventDestination",
    { ConfigurationSetName: "set-a", EventDestinationName: "d" }],
  ["v2", "DeleteConfigurationSetEventDestination",
    { ConfigurationSetName: "set-a", EventDestinationName: "d" }, NO],
  // ---- templates
  ["v2", "CreateEmailTemplate", { TemplateName: "t", TemplateContent:
    { Subject: "Hi {{name}}", Text: "x {{name}}" } }],
  ["v2", "CreateEmailTemplate", { TemplateName: "u", TemplateContent:
    { Subject: "{{#each" } }, BAD],
  ["v2", "UpdateEmailTemplate", { TemplateName: "t", TemplateContent:
    { Subject: "Yo {{name}}", Text: "y" } }],
  ["v2", "UpdateEmailTemplate", { TemplateName: "no", TemplateContent:
    { Subject: "x", Text: "y" } }, NO],
  ["v2", "GetEmailTemplate", { TemplateName: "t" }],
  ["v2", "GetEmailTemplate", { TemplateName: "no" }, NO],
  ["v2", "ListEmailTemplates", {}],
  ["v2", "ListEmailTemplates", { NextToken: "bad" }, BAD],
  ["v2", "TestRenderEmailTemplate",
    { TemplateName: "t", TemplateData: "{\"name\":\"N\"}" }],
  ["v2", "TestRenderEmailTemplate",
    { TemplateName: "no", TemplateData: "{}" }, NO],
  ["v2", "CreateCustomVerificationEmailTemplate",
    { TemplateName: "cv", ...verification }],
  ["v2", "CreateCustomVerificationEmailTemplate",
    { TemplateName: "cv", ...verification }, "AlreadyExistsException"],
  ["v2", "UpdateCustomVerificationEmailTemplate",
    { TemplateName: "cv", ...verification }],
  ["v2", "UpdateCustomVerificationEmailTemplate",
    { TemplateName: "no", ...verification }, NO],
  ["v2", "GetCustomVerificationEmailTemplate", { TemplateName: "cv" }],
  ["v2", "GetCustomVerificationEmailTemplate", { TemplateName: "no" }, NO],
  ["v2", "ListCustomVerificationEmailTemplates", {}],
  ["v2", "ListCustomVerificationEmailTemplates", { NextToken: "bad" }, BAD],
  // ---- sending
  ["v2", "SendEmail", { FromEmailAddress: FROM, Destination: to,
    Content: simple }],
  ["v2", "SendEmail", { FromEmailAddress: "x@other.example", Destination: to,
    Content: simple }, "MessageRejected"],
  ["v2", "SendBulkEmail", { FromEmailAddress: FROM, DefaultContent:
    { Template: { TemplateName: "t", TemplateData: "{\"name\":\"N\"}" } },
    BulkEmailEntries: [{ Destination: to }] }],
  ["v2", "SendBulkEmail", { FromEmailAddress: FROM, DefaultContent:
    { Template: { TemplateName: "no", TemplateData: "{}" } },
    BulkEmailEntries: [] }, BAD],
  ["v2", "SendCustomVerificationEmail",
    { EmailAddress: "new@person.example", TemplateName: "cv" }],
  ["v2", "SendCustomVerificationEmail",
    { EmailAddress: "new2@person.example", TemplateName: "no" }, NO],
  ["v2", "GetMessageInsights", () => ({ MessageId: kept.SendEmail.MessageId }),
    undefined, "soon"],
  ["v2", "GetMessageInsights", { MessageId: "no" }, NO],
  // ---- dedicated addresses
  ["v2", "CreateDedicatedIpPool", { PoolName: "pool", ScalingMode: "STANDARD" }],
  ["v2", "CreateDedicatedIpPool", { PoolName: "pool" },
    "AlreadyExistsException"],
  ["v2", "GetDedicatedIpPool", { PoolName: "pool" }],
  ["v2", "GetDedicatedIpPool", { PoolName: "no" }, NO],
  ["v2", "ListDedicatedIpPools", {}],
  ["v2", "ListDedicatedIpPools", { NextToken: "bad" }, BAD],
  ["v2", "PutDedicatedIpPoolScalingAttributes",
    { PoolName: "pool", ScalingMode: "STANDARD" }],
  ["v2", "PutDedicatedIpPoolScalingAttributes",
    { PoolName: "no", ScalingMode: "STANDARD" }, NO],
  ["v2", "GetDedicatedIp", { Ip: env.IP }],
  ["v2", "GetDedicatedIp", { Ip: "192.0.2.99" }, NO],
  ["v2", "GetDedicatedIps", {}],
  ["v2", "GetDedicatedIps", { PoolName: "no" }, NO],
  ["v2", "PutDedicatedIpInPool",
    { Ip: env.IP, DestinationPoolName: "pool" }],
  ["v2", "PutDedicatedIpInPool",
    { Ip: env.IP, DestinationPoolName: "no" }, NO],
  ["v2", "PutDedicatedIpWarmupAttributes",
    { Ip: env.IP, WarmupPercentage: 50 }],
  ["v2", "PutDedicatedIpWarmupAttributes",
    { Ip: "192.0.2.99", WarmupPercentage: 50 }, NO],
  ["v2", "DeleteDedicatedIpPool", { PoolName: "pool" }],
  ["v2", "DeleteDedicatedIpPool", { PoolName: "pool" }, NO],
  // ---- tenants
  ["v2", "CreateTenant", { TenantName: "acme" }],
  ["v2", "CreateTenant", { TenantName: "acme" }, "AlreadyExistsException"],
  ["v2", "GetTenant", { TenantName: "acme" }],
  ["v2", "GetTenant", { TenantName: "no" }, NO],
  ["v2", "ListTenants", {}],
  ["v2", "ListTenants", { NextToken: "bad" }, BAD],
  ["v2", "CreateTenantResourceAssociation", { TenantName: "acme",
    ResourceArn: arn("identity/" + DOMAIN) }],
  ["v2", "CreateTenantResourceAssociation", { TenantName: "acme",
    ResourceArn: arn("identity/no.example") }, NO],
  ["v2", "ListTenantResources", { TenantName: "acme" }],
  ["v2", "ListTenantResources", { TenantName: "no" }, NO],
  ["v2", "ListResourceTenants", { ResourceArn: arn("identity/" + DOMAIN) }],
  ["v2", "ListResourceTenants", { ResourceArn: arn("identity/no.example") },
    NO],
  // ---- reputation
  ["v2", "GetReputationEntity", () => ({ ReputationEntityType: "RESOURCE",
    ReputationEntityReference: kept.CreateTenant.TenantArn })],
  ["v2", "GetReputationEntity", { ReputationEntityType: "RESOURCE",
    ReputationEntityReference: arn("tenant/no/tn-1") }, NO],
  ["v2", "ListReputationEntities", {}],
  ["v2", "ListReputationEntities", { NextToken: "bad" }, BAD],
  ["v2", "UpdateReputationEntityCustomerManagedStatus", () => ({
    ReputationEntityType: "RESOURCE",
    ReputationEntityReference: kept.CreateTenant.TenantArn,
    SendingStatus: "DISABLED" })],
  ["v2", "UpdateReputationEntityCustomerManagedStatus", () => ({
    ReputationEntityType: "RESOURCE",
    ReputationEntityReference: kept.CreateTenant.TenantArn,
    SendingStatus: "ASLEEP" }), BAD],
  ["v2", "UpdateReputationEntityPolicy", () => ({
    ReputationEntityType: "RESOURCE",
    ReputationEntityReference: kept.CreateTenant.TenantArn,
    ReputationEntityPolicy:
      "arn:aws:ses:us-east-1:aws:reputation-policy/standard" })],
  ["v2", "UpdateReputationEntityPolicy", () => ({
    ReputationEntityType: "RESOURCE",
    ReputationEntityReference: kept.CreateTenant.TenantArn,
    ReputationEntityPolicy: "arn:nothing" }), BAD],
  ["v2", "DeleteTenantResourceAssociation", { TenantName: "acme",
    ResourceArn: arn("identity/" + DOMAIN) }],
  ["v2", "DeleteTenantResourceAssociation", { TenantName: "no",
    ResourceArn: arn("identity/" + DOMAIN) }, NO],
  ["v2", "DeleteTenant", { TenantName: "acme" }],
  ["v2", "DeleteTenant", { TenantName: "acme" }, NO],
  // ---- figures
  ["v2", "BatchGetMetricData", { Queries: [{ Id: "a", Namespace: "VDM",
    Metric: "SEND", StartDate: day(-3), EndDate: day(0) }] }],
  ["v2", "BatchGetMetricData", { Queries: [] }, BAD],
  ["v2", "ListRecommendations", {}],
  ["v2", "ListRecommendations", { NextToken: "bad" }, BAD],
  // ---- tags
  ["v2", "TagResource", { ResourceArn: arn("identity/two." + DOMAIN),
    Tags: [{ Key: "a", Value: "b" }] }],
  ["v2", "TagResource", { ResourceArn: arn("identity/no.example"),
    Tags: [{ Key: "a", Value: "b" }] }, NO],
  ["v2", "ListTagsForResource",
    { ResourceArn: arn("identity/two." + DOMAIN) }],
  ["v2", "ListTagsForResource", { ResourceArn: "x" }, BAD],
  ["v2", "UntagResource", { ResourceArn: arn("identity/two." + DOMAIN),
    TagKeys: ["a", "k"] }],
  ["v2", "UntagResource", { ResourceArn: arn("identity/no.example"),
    TagKeys: ["a"] }, NO],
  // ---- and away
  ["v2", "DeleteCustomVerificationEmailTemplate", { TemplateName: "cv" }],
  ["v2", "DeleteCustomVerificationEmailTemplate", { TemplateName: "no" }, NO],
  ["v2", "DeleteEmailTemplate", { TemplateName: "t" }],
  ["v2", "DeleteEmailTemplate", { TemplateName: "t" }, NO],
  ["v2", "DeleteConfigurationSet", { ConfigurationSetName: "set-a" }],
  ["v2", "DeleteConfigurationSet", { ConfigurationSetName: "set-a" }, NO],
  ["v2", "DeleteEmailIdentity", { EmailIdentity: "two." + DOMAIN }],
  ["v2", "DeleteEmailIdentity", { EmailIdentity: "two." + DOMAIN }, NO],

  // ---- SES v1
  ["v1", "GetSendQuota", {}],
  ["v1", "GetSendQuota", {}, "SignatureDoesNotMatch", "stranger"],
  ["v1", "GetSendStatistics", {}],
  ["v1", "GetSendStatistics", {}, "SignatureDoesNotMatch", "stranger"],
  ["v1", "GetAccountSendingEnabled", {}],
  ["v1", "GetAccountSendingEnabled", {}, "SignatureDoesNotMatch", "stranger"],
  ["v1", "UpdateAccountSendingEnabled", { Enabled: true }],
  ["v1", "UpdateAccountSendingEnabled", { Enabled: true },
    "SignatureDoesNotMatch", "stranger"],
  ["v1", "VerifyDomainIdentity", { Domain: "three." + DOMAIN }],
  ["v1", "VerifyDomainIdentity", { Domain: "a b" }, "InvalidParameterValue"],
  ["v1", "VerifyDomainDkim", { Domain: "three." + DOMAIN }],
  ["v1", "VerifyDomainDkim", { Domain: "a b" }, "InvalidParameterValue"],
  ["v1", "VerifyEmailIdentity", { EmailAddress: "one@person.example" }],
  ["v1", "VerifyEmailIdentity", { EmailAddress: "one" },
    "InvalidParameterValue"],
  ["v1", "VerifyEmailAddress", { EmailAddress: "two@person.example" }],
  ["v1", "VerifyEmailAddress", { EmailAddress: "@" },
    "InvalidParameterValue"],
  ["v1", "ListIdentities", { MaxItems: 1 }],
  ["v1", "ListIdentities", { NextToken: "bad" }, "InvalidParameterValue"],
  ["v1", "ListVerifiedEmailAddresses", {}],
  ["v1", "ListVerifiedEmailAddresses", {}, "SignatureDoesNotMatch",
    "stranger"],
  ["v1", "GetIdentityVerificationAttributes", { Identities: [DOMAIN] }],
  ["v1", "GetIdentityVerificationAttributes", {}, "ValidationError"],
  ["v1", "GetIdentityDkimAttributes", { Identities: [DOMAIN] }],
  ["v1", "GetIdentityDkimAttributes", {}, "ValidationError"],
  ["v1", "SetIdentityDkimEnabled", { Identity: "three." + DOMAIN,
    DkimEnabled: true }],
  ["v1", "SetIdentityDkimEnabled", { Identity: "no.example",
    DkimEnabled: true }, "InvalidParameterValue"],
  ["v1", "GetIdentityMailFromDomainAttributes", { Identities: [DOMAIN] }],
  ["v1", "GetIdentityMailFromDomainAttributes", {}, "ValidationError"],
  ["v1", "SetIdentityMailFromDomain", { Identity: "three." + DOMAIN,
    MailFromDomain: "b.three." + DOMAIN }],
  ["v1", "SetIdentityMailFromDomain", { Identity: "three." + DOMAIN,
    MailFromDomain: "else.example" }, "InvalidParameterValue"],
  ["v1", "GetIdentityNotificationAttributes", { Identities: [DOMAIN] }],
  ["v1", "GetIdentityNotificationAttributes", {}, "ValidationError"],
  ["v1", "SetIdentityNotificationTopic", () => ({ Identity: DOMAIN,
    NotificationType: "Bounce", SnsTopic: topic() })],
  ["v1", "SetIdentityNotificationTopic", { Identity: DOMAIN,
    NotificationType: "Bounce", SnsTopic: "arn:aws:sns:x:1:y" },
    "InvalidParameterValue"],
  ["v1", "SetIdentityFeedbackForwardingEnabled", { Identity: DOMAIN,
    ForwardingEnabled: true }],
  ["v1", "SetIdentityFeedbackForwardingEnabled", { Identity: "no.example",
    ForwardingEnabled: true }, "InvalidParameterValue"],
  ["v1", "SetIdentityHeadersInNotificationsEnabled", { Identity: DOMAIN,
    NotificationType: "Bounce", Enabled: true }],
  ["v1", "SetIdentityHeadersInNotificationsEnabled",
    { Identity: "no.example", NotificationType: "Bounce", Enabled: true },
    "InvalidParameterValue"],
  ["v1", "PutIdentityPolicy", { Identity: DOMAIN, PolicyName: "p",
    Policy: policy("ses:SendEmail") }],
  ["v1", "PutIdentityPolicy", { Identity: DOMAIN, PolicyName: "p",
    Policy: "[]" }, "InvalidPolicyException"],
  ["v1", "GetIdentityPolicies", { Identity: DOMAIN, PolicyNames: ["p"] }],
  ["v1", "GetIdentityPolicies", { Identity: DOMAIN }, "ValidationError"],
  ["v1", "ListIdentityPolicies", { Identity: DOMAIN }],
  ["v1", "ListIdentityPolicies", { Identity: "no.example" },
    "InvalidParameterValue"],
  ["v1", "DeleteIdentityPolicy", { Identity: DOMAIN, PolicyName: "p" }],
  ["v1", "DeleteIdentityPolicy", { Identity: "no.example", PolicyName: "p" },
    "InvalidParameterValue"],
  ["v1", "DeleteVerifiedEmailAddress",
    { EmailAddress: "two@person.example" }],
  ["v1", "DeleteVerifiedEmailAddress", {}, "ValidationError"],
  ["v1", "DeleteIdentity", { Identity: "three." + DOMAIN }],
  ["v1", "DeleteIdentity", {}, "ValidationError"],
  ["v1", "CreateConfigurationSet", { ConfigurationSet: { Name: "set-b" } }],
  ["v1", "CreateConfigurationSet", { ConfigurationSet: { Name: "set-b" } },
    "ConfigurationSetAlreadyExistsException"],
  ["v1", "DescribeConfigurationSet", { ConfigurationSetName: "set-b" }],
  ["v1", "DescribeConfigurationSet", { ConfigurationSetName: "no" },
    "ConfigurationSetDoesNotExistException"],
  ["v1", "ListConfigurationSets", {}],
  ["v1", "ListConfigurationSets", { NextToken: "bad" },
    "InvalidParameterValue"],
  ["v1", "CreateConfigurationSetEventDestination", () => ({
    ConfigurationSetName: "set-b", EventDestination: { Name: "d",
      Enabled: true, MatchingEventTypes: ["send"],
      SNSDestination: { TopicARN: topic() } } })],
  ["v1", "CreateConfigurationSetEventDestination", {
    ConfigurationSetName: "set-b", EventDestination: { Name: "e",
      MatchingEventTypes: ["send"], SNSDestination: { TopicARN: "x" } } },
    "InvalidSNSDestinationException"],
  ["v1", "UpdateConfigurationSetEventDestination", () => ({
    ConfigurationSetName: "set-b", EventDestination: { Name: "d",
      MatchingEventTypes: ["bounce"],
      SNSDestination: { TopicARN: topic() } } })],
  ["v1", "UpdateConfigurationSetEventDestination", () => ({
    ConfigurationSetName: "set-b", EventDestination: { Name: "no",
      MatchingEventTypes: ["bounce"],
      SNSDestination: { TopicARN: topic() } } }),
    "EventDestinationDoesNotExistException"],
  ["v1", "DeleteConfigurationSetEventDestination",
    { ConfigurationSetName: "set-b", EventDestinationName: "d" }],
  ["v1", "DeleteConfigurationSetEventDestination",
    { ConfigurationSetName: "set-b", EventDestinationName: "d" },
    "EventDestinationDoesNotExistException"],
  ["v1", "PutConfigurationSetDeliveryOptions",
    { ConfigurationSetName: "set-b", DeliveryOptions:
      { TlsPolicy: "Optional" } }],
  ["v1", "PutConfigurationSetDeliveryOptions",
    { ConfigurationSetName: "no", DeliveryOptions: {} },
    "ConfigurationSetDoesNotExistException"],
  ["v1", "UpdateConfigurationSetSendingEnabled",
    { ConfigurationSetName: "set-b", Enabled: true }],
  ["v1", "UpdateConfigurationSetSendingEnabled",
    { ConfigurationSetName: "no", Enabled: true },
    "ConfigurationSetDoesNotExistException"],
  ["v1", "UpdateConfigurationSetReputationMetricsEnabled",
    { ConfigurationSetName: "set-b", Enabled: true }],
  ["v1", "UpdateConfigurationSetReputationMetricsEnabled",
    { ConfigurationSetName: "no", Enabled: true },
    "ConfigurationSetDoesNotExistException"],
  ["v1", "DeleteConfigurationSet", { ConfigurationSetName: "set-b" }],
  ["v1", "DeleteConfigurationSet", { ConfigurationSetName: "set-b" },
    "ConfigurationSetDoesNotExistException"],
  ["v1", "CreateTemplate", { Template: { TemplateName: "w",
    SubjectPart: "S {{n}}", TextPart: "T" } }],
  ["v1", "CreateTemplate", { Template: { TemplateName: "w",
    SubjectPart: "S", TextPart: "T" } }, "AlreadyExistsException"],
  ["v1", "UpdateTemplate", { Template: { TemplateName: "w",
    SubjectPart: "U {{n}}", TextPart: "T" } }],
  ["v1", "UpdateTemplate", { Template: { TemplateName: "no",
    SubjectPart: "U", TextPart: "T" } }, "TemplateDoesNotExistException"],
  ["v1", "GetTemplate", { TemplateName: "w" }],
  ["v1", "GetTemplate", { TemplateName: "no" },
    "TemplateDoesNotExistException"],
  ["v1", "ListTemplates", {}],
  ["v1", "ListTemplates", { NextToken: "bad" }, "InvalidParameterValue"],
  ["v1", "TestRenderTemplate", { TemplateName: "w",
    TemplateData: "{\"n\":1}" }],
  ["v1", "TestRenderTemplate", { TemplateName: "w", TemplateData: "{}" },
    "MissingRenderingAttributeException"],
  ["v1", "CreateCustomVerificationEmailTemplate",
    { TemplateName: "cw", ...verification }],
  ["v1", "CreateCustomVerificationEmailTemplate",
    { TemplateName: "cw", ...verification },
    "CustomVerificationEmailTemplateAlreadyExistsException"],
  ["v1", "UpdateCustomVerificationEmailTemplate",
    { TemplateName: "cw", TemplateSubject: "New" }],
  ["v1", "UpdateCustomVerificationEmailTemplate", { TemplateName: "no" },
    "CustomVerificationEmailTemplateDoesNotExistException"],
  ["v1", "GetCustomVerificationEmailTemplate", { TemplateName: "cw" }],
  ["v1", "GetCustomVerificationEmailTemplate", { TemplateName: "no" },
    "CustomVerificationEmailTemplateDoesNotExistException"],
  ["v1", "ListCustomVerificationEmailTemplates", {}],
  ["v1", "ListCustomVerificationEmailTemplates", { NextToken: "bad" },
    "InvalidParameterValue"],
  ["v1", "SendCustomVerificationEmail",
    { EmailAddress: "newer@person.example", TemplateName: "cw" }],
  ["v1", "SendCustomVerificationEmail",
    { EmailAddress: "newer@person.example", TemplateName: "no" },
    "CustomVerificationEmailTemplateDoesNotExistException"],
  ["v1", "SendEmail", { Source: FROM, Destination: to, Message: message }],
  ["v1", "SendEmail", { Source: FROM, Destination: to, Message: message,
    ConfigurationSetName: "no" }, "ConfigurationSetDoesNotExistException"],
  ["v1", "SendRawEmail", { RawMessage: { Data: raw } }],
  ["v1", "SendRawEmail", { Source: "x@other.example", Destinations:
    ["jane@customer.example"], RawMessage: { Data: raw } },
    "MessageRejected"],
  ["v1", "SendTemplatedEmail", { Source: FROM, Destination: to,
    Template: "w", TemplateData: "{\"n\":1}" }],
  ["v1", "SendTemplatedEmail", { Source: FROM, Destination: to,
    Template: "no", TemplateData: "{}" }, "TemplateDoesNotExistException"],
  ["v1", "SendBulkTemplatedEmail", { Source: FROM, Template: "w",
    DefaultTemplateData: "{\"n\":1}", Destinations: [{ Destination: to }] }],
  ["v1", "SendBulkTemplatedEmail", { Source: FROM, Template: "no",
    DefaultTemplateData: "{}", Destinations: [{ Destination: to }] },
    "TemplateDoesNotExistException"],
  ["v1", "DeleteCustomVerificationEmailTemplate", { TemplateName: "cw" }],
  ["v1", "DeleteCustomVerificationEmailTemplate", {}, "ValidationError"],
  ["v1", "DeleteTemplate", { TemplateName: "w" }],
  ["v1", "DeleteTemplate", {}, "ValidationError"],

  // ---- SNS
  ["sns", "ListTopics", {}],
  ["sns", "ListTopics", { NextToken: "bad" }, "InvalidParameterException"],
  ["sns", "SetTopicAttributes", () => ({ TopicArn: topic(),
    AttributeName: "SignatureVersion", AttributeValue: "2" })],
  ["sns", "SetTopicAttributes", () => ({ TopicArn: topic(),
    AttributeName: "SignatureVersion", AttributeValue: "7" }),
    "InvalidParameterException"],
  ["sns", "GetTopicAttributes", () => ({ TopicArn: topic() })],
  ["sns", "GetTopicAttributes", () => ({ TopicArn: topic() + "x" }),
    "NotFoundException"],
  ["sns", "Subscribe", () => ({ TopicArn: topic(), Protocol: "http",
    Endpoint: WEBHOOK, ReturnSubscriptionArn: true })],
  ["sns", "Subscribe", () => ({ TopicArn: topic(), Protocol: "sqs",
    Endpoint: "x" }), "InvalidParameterException"],
  ["sns", "ConfirmSubscription", async () => ({ TopicArn: topic(),
    Token: await token() })],
  ["sns", "ConfirmSubscription", () => ({ TopicArn: topic(), Token: "no" }),
    "InvalidParameterException"],
  ["sns", "ListSubscriptions", {}],
  ["sns", "ListSubscriptions", { NextToken: "bad" },
    "InvalidParameterException"],
  ["sns", "ListSubscriptionsByTopic", () => ({ TopicArn: topic() })],
  ["sns", "ListSubscriptionsByTopic", () => ({ TopicArn: topic() + "x" }),
    "NotFoundException"],
  ["sns", "SetSubscriptionAttributes", () => ({
    SubscriptionArn: kept.Subscribe.SubscriptionArn,
    AttributeName: "RawMessageDelivery", AttributeValue: "true" })],
  ["sns", "SetSubscriptionAttributes", () => ({
    SubscriptionArn: kept.Subscribe.SubscriptionArn,
    AttributeName: "FilterPolicy", AttributeValue: "{}" }),
    "InvalidParameterException"],
  ["sns", "GetSubscriptionAttributes", () => ({
    SubscriptionArn: kept.Subscribe.SubscriptionArn })],
  ["sns", "GetSubscriptionAttributes", () => ({
    SubscriptionArn: kept.Subscribe.SubscriptionArn.replace(/.$/, "?") }),
    "NotFoundException"],
  ["sns", "Publish", () => ({ TopicArn: topic(), Message: "m" })],
  ["sns", "Publish", () => ({ TopicArn: topic() + "x", Message: "m" }),
    "NotFoundException"],
  ["sns", "Unsubscribe", () => ({
    SubscriptionArn: kept.Subscribe.SubscriptionArn })],
  ["sns", "Unsubscribe", { SubscriptionArn: "x" },
    "InvalidParameterException"],
  ["sns", "DeleteTopic", () => ({ TopicArn: topic() })],
  ["sns", "DeleteTopic", { TopicArn: "x" }, "InvalidParameterException"],
];

// The webhook's keeper tells the token of the newest confirmation.
async function token() {
  for (let i = 0; i < 300; i++) {
    const answer = await fetch(env.TOKEN_URL);
    const found = await answer.text();
    if (found)
      return found;
    await new Promise((done) => setTimeout(done, 100));
  }
  return "never came";
}

async function run([client, operation, input, wanted, how]) {
  const given = typeof input === "function" ? await input() : input;
  const command = new libraries[client][operation + "Command"](given);
  const from = how === "stranger" ? strangers : clients;
  for (let tries = how === "soon" ? 100 : 1; ; tries--) {
    try {
      const answer = await from[client].send(command);
      if (!answer.$metadata.requestId)
        return "no request id";
      if (wanted === undefined)
        kept[operation] = answer;
      return "ok";
    } catch (error) {
      if (tries === 1)
        return error.name + (wanted === undefined ? ": " + error.message : "");
      await new Promise((done) => setTimeout(done, 100));
    }
  }
}

for (const step of steps) {
  let got;
  try {
    got = await run(step);
  } catch (error) {
    got = String(error);
  }
  console.log(JSON.stringify({
    service: step[0], operation: step[1], wanted: step[3] || "ok", got,
  }));
}
