requires 'A', '1';
on test => sub {
    BEGIN { requires 'A', '2'; requires 'B', '1'; requires 'B', '2' }
    requires 'C';
};
