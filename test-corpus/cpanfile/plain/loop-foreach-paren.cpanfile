requires($_, '2') foreach ('A', 'B');
