/** process life: signals, drain, pollers, health */
export {};
