<?php
// PHPMailer, which WordPress sends by: once by STARTTLS, once by TLS from the start.
require '/usr/share/php/libphp-phpmailer/autoload.php';

use PHPMailer\PHPMailer\PHPMailer;
use PHPMailer\PHPMailer\Exception;

function send($secure, $port, $from)
{
    $mail = new PHPMailer(true);
    $mail->isSMTP();
    $mail->CharSet = PHPMailer::CHARSET_UTF8;
    $mail->Host = '127.0.0.1';
    $mail->Port = $port;
    $mail->SMTPAuth = true;
    $mail->SMTPSecure = $secure;
    $mail->SMTPOptions = ['ssl' => ['cafile' => getenv('SMTP_CA')]];
    $mail->Username = getenv('SMTP_USER');
    $mail->Password = getenv('SMTP_PASS');
    $mail->setFrom($from, 'Jörg');
    $mail->addAddress('jane@customer.example');
    $mail->Subject = "PHPMailer $secure " . getenv('WORD');
    $mail->isHTML(true);
    $mail->Body = '<p>Grüße ✓</p>';
    $mail->AltBody = 'Grüße ✓';
    $mail->send();
}

send(PHPMailer::ENCRYPTION_STARTTLS, getenv('SMTP_PORT'), getenv('FROM'));
send(PHPMailer::ENCRYPTION_SMTPS, getenv('SMTPS_PORT'), getenv('FROM'));
try {
    send(PHPMailer::ENCRYPTION_STARTTLS, getenv('SMTP_PORT'),
        'x@other.example');
    echo "sent\n";
} catch (Exception $error) {
    echo str_replace("\n", ' ', $error->getMessage()), "\n";
}
