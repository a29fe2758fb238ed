namespace Appliance.Grpc;

/// <summary>The cause of a refusal for programs to act upon (google.rpc.ErrorInfo, AIP-193).</summary>
/// <param name="Reason">Unique within the domain, for example <c>invalid_request</c>.</param>
/// <param name="Domain">Who defined the reason, for example a registered domain name.</param>
/// <param name="Metadata">Further facts; keys lowerCamelCase, at most 64 characters. Null for none.</param>
public sealed record GrpcErrorInfo(string Reason, string Domain, IReadOnlyDictionary<string, string>? Metadata = null);
