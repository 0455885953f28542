/*
name: mms
action:
  url: https://api.twilio.com/2010-04-01/Accounts/AC00000000000000000000000000000000/Messages.json
  headers:
    Content-Type: application/x-www-form-urlencoded
    Authorization: Basic {{ secrets.twilio_basic }}
  body: From=+15005550006&To={{.phone_number}}&Body=Hello!&MediaUrl=https://shop.example/hello.png
*/
SELECT uuid AS entity_pk, phone_number FROM public.users WHERE deleted_at IS NULL;
