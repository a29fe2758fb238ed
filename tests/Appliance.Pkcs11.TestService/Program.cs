using Appliance.Pkcs11;

// What `appliance host-module` is, without the appliance.
return ModuleHostProcess.Run();
