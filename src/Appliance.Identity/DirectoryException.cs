namespace Appliance.Identity;

/// <summary>A change of the signers or the admins that was refused; nothing was changed.</summary>
public sealed class DirectoryException : Exception
{
    /// <summary>Makes a refusal.</summary>
    /// <param name="fault">Why.</param>
    /// <param name="message">What is wrong and what to do, for a person.</param>
    public DirectoryException(DirectoryFault fault, string message)
        : base(message) => Fault = fault;

    /// <summary>Why.</summary>
    public DirectoryFault Fault { get; }
}
