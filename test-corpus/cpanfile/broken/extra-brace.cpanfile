# still read: A B
on test => sub {
    requires 'A';
};
};
requires 'B';
