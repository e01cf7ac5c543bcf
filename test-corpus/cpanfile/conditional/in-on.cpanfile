on test => sub {
    requires 'A';
    if (1) { requires 'B', '1' }
    else { requires 'B', '2' }
};
