namespace Appliance.Storage;

/// <summary>Whether a client may call. The numbers are stored.</summary>
public enum ClientState
{
    /// <summary>It may.</summary>
    Active = 0,

    /// <summary>Not for now.</summary>
    Suspended = 1,

    /// <summary>Never again.</summary>
    Ended = 2,
}
