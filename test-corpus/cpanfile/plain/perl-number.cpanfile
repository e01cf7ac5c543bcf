requires perl => 5.010_001;
