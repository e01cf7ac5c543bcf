# still read: A B
on 'test' => {
    requires 'A';
};
requires 'B';
