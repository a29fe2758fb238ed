namespace Appliance.Crash.Tests.Witness;

/// <summary>One C_Sign over one hash.</summary>
internal sealed class WitnessedSignature(string hash)
{
    private const long Ok = 0;

    private long? _returnValue;

    public string Hash => hash;

    /// <summary>It ended in a definite error: there is no signature.</summary>
    public bool Failed => _returnValue is not null and not Ok;

    /// <summary>The signature exists.</summary>
    public bool Made => _returnValue == Ok;

    /// <summary>The first bytes of it as the token gave it; empty when the token was not seen to answer.</summary>
    public byte[] Bytes { get; private set; } = [];

    public void Return(long returnValue, byte[] bytes)
    {
        _returnValue = returnValue;
        Bytes = bytes;
    }
}
