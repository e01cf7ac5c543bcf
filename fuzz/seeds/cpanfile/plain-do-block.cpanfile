do { requires 'A'; };
eval { requires 'B' };
{ requires 'C' }
BEGIN { requires 'D' }
