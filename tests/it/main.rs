mod typesetting;
mod plans;
