<?php
// Mail by PHP's AsyncAws, unmodified: prints message id, and the class of an error.
require '/usr/share/php/AsyncAws/Ses/autoload.php';

use AsyncAws\Ses\SesClient;
use AsyncAws\Ses\Exception\MessageRejectedException;

$ses = new SesClient(['endpoint' => getenv('ENDPOINT'), 'region' => 'us-east-1',
    'accessKeyId' => getenv('AWS_ACCESS_KEY_ID'),
    'accessKeySecret' => getenv('AWS_SECRET_ACCESS_KEY')]);
$mail = fn ($from) => ['FromEmailAddress' => $from,
    'Destination' => ['ToAddresses' => ['jane@customer.example']],
    'Content' => ['Simple' => [
        'Subject' => ['Data' => 'PHP ' . getenv('WORD') . ' ✓'],
        'Body' => ['Text' => ['Data' => 'Grüße ✓']]]]];
echo $ses->sendEmail($mail(getenv('FROM')))->getMessageId(), "\n";
try {
    $ses->sendEmail($mail('x@other.example'))->getMessageId();
    echo "sent\n";
} catch (MessageRejectedException $error) {
    echo $error->getAwsMessage(), "\n";
}
