using Appliance.Grpc.Tests.Protos;
using Csc.V2;
using Google.Protobuf.Reflection;

namespace Appliance.Grpc.Tests;

public sealed class GrpcMethodsTests
{
    private static readonly ServiceDescriptor s_service = TestReflection.Descriptor.Services[0];

    [Fact]
    public void A_method_is_served_under_its_full_name()
    {
        var methods = new GrpcMethods().Unary<TestRequest, TestResponse>(
            s_service.FindMethodByName("Unary"), (_, _) => default);
        Assert.Equal(["/appliance.test.Behaviours/Unary"], methods.Paths);
    }

    [Fact]
    public void Another_shape_other_types_and_a_second_handler_are_refused_at_start()
    {
        var methods = new GrpcMethods().Unary<TestRequest, TestResponse>(
            s_service.FindMethodByName("Unary"), (_, _) => default);
        Assert.Throws<ArgumentException>(() => methods.Unary<TestRequest, TestResponse>(
            s_service.FindMethodByName("Unary"), (_, _) => default));
        Assert.Throws<ArgumentException>(() => methods.Unary<TestRequest, TestResponse>(
            s_service.FindMethodByName("Upload"), (_, _) => default));
        Assert.Throws<ArgumentException>(() => new GrpcMethods().Unary<TestResponse, TestResponse>(
            s_service.FindMethodByName("Unary"), (_, _) => default));
    }

    [Fact]
    public void The_contract_has_the_CSC_paths_and_JSON_names()
    {
        ServiceDescriptor[] services =
        [
            ServiceReflection.Descriptor.Services[0],
            AuthReflection.Descriptor.Services[0],
            CredentialsReflection.Descriptor.Services[0],
            SignaturesReflection.Descriptor.Services[0],
        ];
        Assert.Equal(
            [
                "csc.v2.Service.Info", "csc.v2.Auth.Login", "csc.v2.Auth.Revoke", "csc.v2.Credentials.List",
                "csc.v2.Credentials.Info", "csc.v2.Credentials.Authorize", "csc.v2.Credentials.ExtendTransaction",
                "csc.v2.Signatures.SignHash",
            ],
            services.SelectMany(service => service.Methods).Select(method => method.FullName),
            StringComparer.Ordinal);
        Assert.Equal(
            [
                "credentialID", "SAD", "hashes", "hashAlgorithmOID", "signAlgo", "signAlgoParams", "operationMode",
                "validity_period", "response_uri", "clientData",
            ],
            SignHashRequest.Descriptor.Fields.InDeclarationOrder().Select(field => field.JsonName),
            StringComparer.Ordinal);
    }
}
