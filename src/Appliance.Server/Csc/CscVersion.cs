namespace Appliance.Server.Csc;

/// <summary>The two versions of the CSC API on the wire; gRPC speaks version 2.</summary>
internal enum CscVersion
{
    /// <summary>CSC API 1.0.4.0, under /csc/v1.</summary>
    V1,

    /// <summary>CSC API 2.0.0.2 to 2.2.0.0, under /csc/v2.</summary>
    V2,
}
