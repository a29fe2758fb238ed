namespace Appliance.Crash.Tests.Clients;

/// <summary>Why a request is sent.</summary>
internal enum Attempt
{
    /// <summary>For the first time, with its request id.</summary>
    First,

    /// <summary>Again with the same request id, as the answer was lost.</summary>
    Again,

    /// <summary>As if new: the same hashes and no request id.</summary>
    Plain,
}
