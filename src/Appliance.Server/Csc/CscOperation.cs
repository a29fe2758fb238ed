using Appliance.Signing;

namespace Appliance.Server.Csc;

/// <summary>One API method of an authenticated caller, as either wire calls it.</summary>
internal delegate ValueTask<Answer<TResult>> CscOperation<in TInput, TResult>(
    CscVersion version, Caller caller, TInput input, CancellationToken cancellationToken);
