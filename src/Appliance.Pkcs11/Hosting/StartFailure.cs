namespace Appliance.Pkcs11.Hosting;

/// <summary>Why a library did not start in its child process: which exception the parent throws.</summary>
internal enum StartFailure : byte
{
    /// <summary>Anything else.</summary>
    Other,

    /// <summary>The file does not exist or does not load.</summary>
    NotLoaded,

    /// <summary>It is no PKCS#11 library of a version that is served.</summary>
    NotSupported,

    /// <summary>A function returned something else than CKR_OK.</summary>
    ReturnValue,
}
