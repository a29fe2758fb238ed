namespace Appliance.Pkcs11;

/// <summary>The child process of a hosted library did not start, or ended before it served.</summary>
public sealed class ModuleHostException : Exception
{
    internal ModuleHostException(string message)
        : base(message)
    {
    }

    internal ModuleHostException(string message, Exception inner)
        : base(message, inner)
    {
    }
}
