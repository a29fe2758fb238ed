namespace Appliance.Pkcs11;

/// <summary>How a module keeps its threads apart (CK_C_INITIALIZE_ARGS).</summary>
public enum ModuleLocking
{
    /// <summary>CKF_OS_LOCKING_OK: the module locks for itself.</summary>
    OperatingSystem,

    /// <summary>No arguments: the module is told that one thread calls it, and one does.</summary>
    SingleThread,
}
