/*
name: picture-mms
every: 10s
action:
  url: https://api.twilio.com/2010-04-01/Accounts/AC00000000000000000000000000000001/Messages.json
  headers:
    Content-Type: application/x-www-form-urlencoded
    Authorization: Basic {{ secrets.twilio_basic }}
  body: MessagingServiceSid=MG00000000000000000000000000000001&To={{.phone_number}}&MediaUrl=https://shop.example/cards/gold.png&Body=Hi {{.first_name}}, here is your gold card.
rate: 15/s
*/
SELECT uuid AS entity_pk, phone_number, first_name
FROM public.users
WHERE deleted_at IS NULL
  AND plan = 'gold';
